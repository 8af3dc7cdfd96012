// SPDX-License-Identifier: MIT
#include <eddy/services/tcp_server.hpp>

#include <utility>

#include "server/converse.hpp"

namespace eddy {

std::vector<std::string> TcpServer::Config::validate() const {
  return complaints_of(*this);
}

TcpServer::TcpServer(Env& env, const Config& config)
    : ServerBase(env, Settings(config, "tcp server listens", "tcp client failed")) {}

TcpServer::~TcpServer() = default;

Future<void> TcpServer::serve(TcpStream stream) {
  return converse(std::move(stream), [this](Stream& client) { return on_client(client); });
}

}  // namespace eddy
