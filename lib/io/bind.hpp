// SPDX-License-Identifier: MIT
//
// Makes listening sockets, and says what to do when that or any bind fails. Private to io.
#pragma once

#include <eddy/io/listener.hpp>

#include <memory>
#include <optional>
#include <string>

#include "io/local_path.hpp"
#include "io/system.hpp"

namespace eddy::detail {

/// A socket that listens, and the file that goes with it if it is a Unix socket of ours.
struct BoundSocket {
  Descriptor socket;
  std::unique_ptr<LocalPath> path;
};

/// Makes a non-blocking socket that listens on `address`.
Result<BoundSocket> bind_socket(const Address& address, const BindOptions& options);
/// Makes a socket that was bound by somebody else listen.
Result<BoundSocket> adopt_listening(Descriptor&& socket, const BindOptions& options);

// For sockets of any type (SOCK_STREAM, SOCK_DGRAM).

/// How a socket is bound.
struct BindPlan {
  int type;                         ///< SOCK_STREAM, SOCK_DGRAM
  std::optional<int> backlog = {};  ///< it listens; none: it does not
  /// Of a path: the permissions; none: what the umask leaves of 0777.
  std::optional<unsigned> mode = {};
};

/// Binds `socket` to `address`. What is stale at a path is replaced.
Result<BoundSocket> bind_open_socket(Descriptor&& socket,
                                     const Address& address,
                                     const BindPlan& plan);
/// What is wrong with the permissions `mode` for `address`; null if nothing is.
const char* problem_of_mode(std::optional<unsigned> mode, const Address& address) noexcept;
/// What a socket that cannot be had fails with: it names the address, the cause and the cure. A
/// `cause` that is known better stands instead of what the status tells.
Error bind_error(int status, const Address& address, int type, const char* cause = nullptr);
/// Which process has the port of `address`: "pid 123 (nginx)"; empty if /proc does not tell.
std::string port_owner(const Address& address, int type);

}  // namespace eddy::detail
