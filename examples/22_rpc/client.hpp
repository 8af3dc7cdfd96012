// SPDX-License-Identifier: MIT
//
// A client that keeps a connection to a server, calls its methods, and may be called by it.
#pragma once

#include <eddy/services/robust_tcp_client.hpp>

#include <optional>
#include <string>
#include <vector>

#include "peer.hpp"

namespace rpc {

/// Connects again when the connection is lost. Calls that wait fail then: only the caller knows
/// whether a call that may have been carried out may be made once more.
///
/// Thread: loop.
class Client : public eddy::RobustTcpClient {
 public:
  struct Config {
    eddy::RobustTcpClient::Config tcp;
    PeerLimits limits = {};

    std::vector<std::string> validate() const { return tcp.validate(); }
  };

  Client(eddy::Env& env, const Config& config)
      : RobustTcpClient(env, config.tcp), limits_(config.limits) {}

  /// What the server may call. By default nothing.
  virtual Methods methods(Peer& server);

  /// Calls a method of the server. It does not wait for a connection: connected() does.
  ///
  /// Errors: Errc::closed if there is no connection, and those of Peer::call().
  /// Cancel: as Peer::call().
  eddy::Future<Json> call(std::string method, Json params = {});

  eddy::Future<void> on_connection(eddy::Stream& server) override;

 private:
  const PeerLimits limits_;
  std::optional<Peer> peer_;  // of the last connection
};

}  // namespace rpc
