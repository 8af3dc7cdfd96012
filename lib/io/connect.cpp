// SPDX-License-Identifier: MIT
#include <eddy/io/connect.hpp>

#include "io/connect_node.hpp"

namespace eddy {

Future<TcpStream> connect(Loop& loop,
                          std::span<const Address> addresses,
                          const ConnectOptions& options,
                          Site site) {
  detail::LoopCore& core = detail::core_of(loop);
  core.check_thread();
  auto* node = detail::ConnectNode::make(core, site, addresses, options);
  node->proceed();
  return detail::make_future<TcpStream>(node);
}

}  // namespace eddy
