// SPDX-License-Identifier: MIT
//
// How listening sockets are made, and what connections that they accept are like.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/io/keep_alive.hpp>

#include <cstddef>
#include <optional>

namespace eddy {

/// How a Listener is bound. What is marked "accepted" is inherited by all accepted streams.
struct BindOptions {
  bool reuse_addr = true;  ///< a restarted server need not wait for old connections to be forgotten
  bool reuse_port = false;  ///< several listeners share the port, the kernel spreads connections
  bool dual_stack = false;  ///< an IPv6 listener takes IPv4 too; such peers are v4-mapped
  bool free_bind = false;   ///< also to an address that no interface has yet (IP_FREEBIND)
  bool nodelay = true;      ///< TCP_NODELAY, accepted
  int backlog = 4096;       ///< connections that wait to be accepted; the kernel has its own limit
  /// A TCP client is accepted when its first octets are there, or after so long, in whole seconds;
  /// zero: at once. Only for protocols in which the client speaks first.
  Duration defer_accept{};
  int fast_open = 0;  ///< clients whose first octets may come with the SYN (TCP_FASTOPEN), at once
  KeepAlive keepalive = {};        ///< accepted
  Duration user_timeout{};         ///< TCP_USER_TIMEOUT, accepted; see TcpStream::set_user_timeout
  std::size_t receive_buffer = 0;  ///< SO_RCVBUF, accepted; zero: the kernel adapts it
  std::size_t send_buffer = 0;     ///< SO_SNDBUF, accepted; zero: the kernel adapts it
  /// Permissions of a Unix socket, such as 0660, whatever the umask; it is never open to more.
  /// Empty: what the umask leaves of 0777. Linux lets in who may write.
  std::optional<unsigned> unix_mode = std::nullopt;
  /// A Unix socket's path goes with its Listener, unless another server has taken it meanwhile.
  bool unix_unlink = true;
};

}  // namespace eddy
