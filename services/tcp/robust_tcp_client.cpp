// SPDX-License-Identifier: MIT
#include <eddy/services/robust_tcp_client.hpp>

#include <utility>

#include "tcp_opening.hpp"

namespace eddy {

std::vector<std::string> RobustTcpClient::Config::validate() const {
  return detail::complaints_of(detail::TcpOpening(*this), reconnect, linger);
}

RobustTcpClient::RobustTcpClient(Env& env, Config config)
    : ClientBase(env, Settings(config, After::reconnect)), config_(std::move(config)) {}

Future<void> RobustTcpClient::start() {
  begin();
  return ready_future();
}

bool RobustTcpClient::retry(const Error& error) const {
  return !(error == misuse);
}

Future<Stream> RobustTcpClient::open(bool again) {
  return detail::open_tcp(loop(), detail::TcpOpening(config_), again);
}

}  // namespace eddy
