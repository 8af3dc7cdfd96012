// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <eddy/base/log.hpp>

#include <utility>

namespace sample {

Report::Report(eddy::Env& env, Config config)
    : Periodic(env, {.interval = config.interval, .options = {.delay = config.interval}}),
      config_(std::move(config)) {}

eddy::Future<void> Report::tick() {
  const auto& http = (*config_.http)->statistic();
  const auto& tcp = (*config_.tcp)->statistic();
  const std::uint64_t requests = http.requests.value();
  const std::uint64_t clients = tcp.clients.value();
  eddy::log::info("statistics",
                  {{"http_open", http.open.value()},
                   {"http_requests", requests - std::exchange(requests_, requests)},
                   {"http_failed", http.failed.value()},
                   {"tcp_open", tcp.open.value()},
                   {"tcp_clients", clients - std::exchange(clients_, clients)}});
  return eddy::ready_future();
}

}  // namespace sample
