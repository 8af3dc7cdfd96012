// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/net/router.hpp>
#include <eddy/services/http_server.hpp>

#include <algorithm>
#include <utility>

namespace eddy {

std::vector<std::string> HttpServer::Config::validate() const {
  std::vector<std::string> complaints;
  if (!*listen) complaints.emplace_back("listen is no address");
  if (max_connections == 0) complaints.emplace_back("max_connections must be more than zero");
  if (limits.sizes.max_pipelined == 0) {
    complaints.emplace_back("limits.sizes.max_pipelined must be more than zero");
  }
  Result<http::Router> router = http::Router::build(routes);
  if (!router) complaints.push_back(router.error().message());
  return complaints;
}

HttpServer::HttpServer(Env& env, Config config) : Service(env), config_(std::move(config)) {}

HttpServer::~HttpServer() = default;

Future<void> HttpServer::start() {
  auto server = http::Server::create(
      loop(), config_.routes, {config_.limits, config_.max_connections, config_.on_half_close});
  if (!server) return failed_future<void>(std::move(server).error());
  auto listener = Listener::bind(loop(), *config_.listen, config_.bind);
  if (!listener) return failed_future<void>(std::move(listener).error());
  server_ = std::make_unique<http::Server>(*std::move(server));
  server_->listen(*std::move(listener));
  if (config_.statistics != nullptr) {
    registration_ = config_.statistics->add(std::string(name()), server_->statistic());
  }
  log::info("http server listens", {{"service", name()}, {"address", bound_address()}});
  return ready_future();
}

Future<void> HttpServer::stop(StopReason why) {
  // The grace is for the whole stop: a part is kept for what the resets cause.
  const Duration grace = std::min(config_.limits.stop, env().stop_grace() / 10 * 9);
  return server_->stop(grace).then(
      [this, why = std::move(why)]() mutable { return Service::stop(std::move(why)); });
}

Address HttpServer::bound_address() const noexcept {
  return server_ == nullptr ? Address() : server_->bound_address();
}

const http::ServerStatistic& HttpServer::statistic() const noexcept {
  EDDY_ASSERT(server_ != nullptr, "a server has statistics once it is up");
  return server_->statistic();
}

}  // namespace eddy
