// SPDX-License-Identifier: MIT
//
// Echoes lines over TCP.
#pragma once

#include <eddy/services/tcp_server.hpp>

namespace sample {

/// Sends each line back when it is complete; ends with the client's input, or at a line too long.
class LineEcho final : public eddy::TcpServer {
 public:
  using TcpServer::TcpServer;

  eddy::Future<void> on_client(eddy::Stream& client) override;
};

}  // namespace sample
