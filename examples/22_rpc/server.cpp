// SPDX-License-Identifier: MIT
#include "server.hpp"

#include <memory>
#include <utility>

namespace rpc {

eddy::Future<void> Server::on_client(eddy::Stream& client) {
  auto peer = std::make_unique<Peer>(client, limits_);
  eddy::Future<void> talk = peer->run(methods(*peer));
  return std::move(talk).attach(std::move(peer));
}

}  // namespace rpc
