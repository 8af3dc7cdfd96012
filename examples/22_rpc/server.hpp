// SPDX-License-Identifier: MIT
//
// A TCP server whose clients call its methods, and which may call theirs.
#pragma once

#include <eddy/services/tcp_server.hpp>

#include <string>
#include <vector>

#include "peer.hpp"

namespace rpc {

/// Talks to each client by a Peer. A client that sends what is no message is logged and closed.
///
/// Thread: loop.
class Server : public eddy::TcpServer {
 public:
  struct Config {
    eddy::TcpServer::Config tcp;
    PeerLimits limits = {};

    std::vector<std::string> validate() const { return tcp.validate(); }
  };

  Server(eddy::Env& env, const Config& config)
      : TcpServer(env, config.tcp), limits_(config.limits) {}

  /// What `client` may call. The methods live as long as it does.
  virtual Methods methods(Peer& client) = 0;

  eddy::Future<void> on_client(eddy::Stream& client) override;

 private:
  const PeerLimits limits_;
};

}  // namespace rpc
