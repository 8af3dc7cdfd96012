// SPDX-License-Identifier: MIT
#include "tcp_opening.hpp"

#include <utility>

namespace eddy::detail {

Future<Stream> open_tcp(Loop& loop, TcpOpening opening, bool fresh) {
  opening.connect.fresh = opening.connect.fresh || fresh;
  return connect(loop, opening.to, opening.connect)
      .then([idle = opening.idle_limit, write = opening.write_limit](TcpStream stream) {
        stream.set_idle_limit(idle);
        stream.set_write_limit(write);
        return Stream(std::move(stream));
      });
}

std::vector<std::string> complaints_of(const Endpoint& to,
                                       const ReconnectPolicy& reconnect,
                                       Duration linger) {
  std::vector<std::string> complaints = reconnect.validate();
  if (!to) complaints.emplace_back("to is no endpoint");
  if (to && !to.address().local() && to.port() == 0) complaints.emplace_back("to has no port");
  if (linger < Duration::zero()) complaints.emplace_back("linger must not be negative");
  return complaints;
}

}  // namespace eddy::detail
