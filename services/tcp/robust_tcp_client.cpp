// SPDX-License-Identifier: MIT
#include <eddy/services/robust_tcp_client.hpp>

#include <utility>

#include "tcp_opening.hpp"

namespace eddy {

std::vector<std::string> RobustTcpClient::Config::validate() const {
  return detail::complaints_of(to, reconnect, linger);
}

RobustTcpClient::RobustTcpClient(Env& env, Config config)
    : ClientBase(env,
                 {.reconnect = config.reconnect,
                  .after = After::reconnect,
                  .linger = config.linger,
                  .statistics = config.statistics,
                  .server = config.to->to_string()}),
      config_(std::move(config)) {}

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
