// SPDX-License-Identifier: MIT
#include <eddy/net/http_server.hpp>

#include "server_impl.hpp"

namespace eddy::http {

Result<Server> Server::create(Loop& loop, const Routes& routes, const ServerOptions& options) {
  Result<Router> router = Router::build(routes);
  if (!router) return std::move(router).error();
  return Server(new detail::ServerImpl(loop, *std::move(router), options));
}

Server::~Server() {
  if (impl_ != nullptr) impl_->abandon();
}

void Server::listen(Listener listener) {
  impl_->listen(std::move(listener));
}

void Server::serve(Stream stream, const Address& peer) {
  impl_->serve(std::move(stream), peer);
}

Address Server::bound_address() const noexcept {
  return impl_->bound_address();
}

std::size_t Server::connections() const noexcept {
  return impl_->size();
}

const ServerStatistic& Server::statistic() const noexcept {
  return impl_->statistic;
}

Future<void> Server::stop(Duration grace) {
  return impl_->stop(grace);
}

Future<void> Server::stop() {
  return impl_->stop(impl_->options.limits.stop);
}

}  // namespace eddy::http
