// SPDX-License-Identifier: MIT
#include "tcp_opening.hpp"

#include <utility>

namespace eddy::detail {

Stream TcpOpening::limited(Stream stream) const {
  stream.set_idle_limit(idle_limit);
  stream.set_write_limit(write_limit);
  return stream;
}

Future<TcpStream> connect_tcp(Loop& loop, const TcpOpening& opening, bool fresh) {
  ConnectOptions options = opening.connect;
  options.fresh = options.fresh || fresh;
  return connect(loop, opening.to, options);
}

Future<Stream> open_tcp(Loop& loop, const TcpOpening& opening, bool fresh) {
  return connect_tcp(loop, opening, fresh).then([opening](TcpStream stream) {
    return opening.limited(std::move(stream));
  });
}

std::vector<std::string> complaints_of(const TcpOpening& opening,
                                       const ReconnectPolicy& reconnect,
                                       Duration linger) {
  const Endpoint& to = opening.to;
  std::vector<std::string> complaints = reconnect.validate();
  if (!to) complaints.emplace_back("to is no endpoint");
  if (to && !to.address().local() && to.port() == 0) complaints.emplace_back("to has no port");
  if (opening.idle_limit < Duration::zero()) {
    complaints.emplace_back("idle_limit must not be negative");
  }
  if (opening.write_limit < Duration::zero()) {
    complaints.emplace_back("write_limit must not be negative");
  }
  if (linger < Duration::zero()) complaints.emplace_back("linger must not be negative");
  return complaints;
}

}  // namespace eddy::detail
