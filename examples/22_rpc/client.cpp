// SPDX-License-Identifier: MIT
#include "client.hpp"

#include <utility>

using eddy::Errc;
using eddy::Error;
using eddy::Future;

namespace rpc {

Methods Client::methods(Peer& /*server*/) {
  return {};
}

Future<Json> Client::call(std::string method, Json params) {
  if (!peer_) return eddy::failed_future<Json>(Error(Errc::closed, "rpc connection"));
  return peer_->call(std::move(method), std::move(params));
}

Future<void> Client::on_connection(eddy::Stream& server) {
  peer_.emplace(server, limits_);
  return peer_->run(methods(*peer_));
}

}  // namespace rpc
