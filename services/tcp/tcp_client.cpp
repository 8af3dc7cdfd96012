// SPDX-License-Identifier: MIT
#include <eddy/services/tcp_client.hpp>

#include <utility>

#include "tcp_opening.hpp"

namespace eddy {

std::vector<std::string> TcpClient::Config::validate() const {
  return detail::complaints_of(detail::TcpOpening(*this), reconnect, linger);
}

TcpClient::TcpClient(Env& env, Config config)
    : ClientBase(env, Settings(config, After::finish)), config_(std::move(config)) {}

Future<void> TcpClient::start() {
  Future<void> up = connected();
  begin();
  return up;
}

Future<Stream> TcpClient::open(bool again) {
  return detail::open_tcp(loop(), detail::TcpOpening(config_), again);
}

}  // namespace eddy
