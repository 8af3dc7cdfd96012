// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <eddy/base/log.hpp>

#include <utility>

namespace sample {
namespace {

/// How much was counted since the last call, with `last` for remembering.
std::uint64_t since_last(const eddy::Counter& counter, std::uint64_t& last) {
  const std::uint64_t now = counter.value();
  return now - std::exchange(last, now);
}

/// When tick() is called.
eddy::Periodic::Config every(eddy::Duration interval) {
  return {.interval = interval, .options = {.delay = interval}};
}

}  // namespace

std::vector<std::string> Report::Config::validate() const {
  return every(interval).validate();
}

Report::Report(eddy::Env& env, Config config)
    : Periodic(env, every(config.interval)), config_(std::move(config)) {}

eddy::Future<void> Report::tick() {
  const auto& http = (*config_.http)->statistic();
  const auto& tcp = (*config_.tcp)->statistic();
  eddy::log::info("statistics",
                  {{"http_open", http.open.value()},
                   {"http_requests", since_last(http.requests, requests_)},
                   {"http_failed", since_last(http.failed, failed_)},
                   {"tcp_open", tcp.open.value()},
                   {"tcp_clients", since_last(tcp.clients, clients_)}});
  return eddy::ready_future();
}

}  // namespace sample
