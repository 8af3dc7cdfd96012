// SPDX-License-Identifier: MIT
//
// The server: everybody hears what anybody says.
#pragma once

#include <eddy/services/tcp_server.hpp>

#include <list>
#include <string>
#include <string_view>

/// A client sends its name in the first line, and what it says in the others.
class Room final : public eddy::TcpServer {
 public:
  using TcpServer::TcpServer;

  eddy::Future<void> on_client(eddy::Stream& client) override;

 private:
  using Place = std::list<eddy::Stream*>::iterator;

  eddy::Future<void> talk(eddy::Stream& client, const std::string& name);
  void say(std::string_view line);

  std::list<eddy::Stream*> clients_;
};
