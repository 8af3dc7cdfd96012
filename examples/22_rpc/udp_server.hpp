// SPDX-License-Identifier: MIT
//
// The same methods over UDP: a datagram is a message, there are neither frames nor connections.
#pragma once

#include <eddy/services/udp_server.hpp>

#include <string>
#include <vector>

#include "methods.hpp"

namespace rpc {

/// Answers requests. What is none is counted and logged as a failure of its datagram alone.
///
/// Thread: loop.
class UdpServer : public eddy::UdpServer {
 public:
  struct Config {
    eddy::UdpServer::Config udp;
    MessageLimits message = {};

    std::vector<std::string> validate() const { return udp.validate(); }
  };

  UdpServer(eddy::Env& env, const Config& config)
      : eddy::UdpServer(env, config.udp), limits_(config.message) {}

  /// What anybody may call.
  virtual Methods methods() = 0;

  eddy::Future<void> start() override;
  eddy::Future<void> on_datagram(eddy::Datagram datagram) override;

 private:
  eddy::Result<void> reply_to(const eddy::Datagram& question, const Response& response);

  const MessageLimits limits_;
  Methods methods_;
};

}  // namespace rpc
