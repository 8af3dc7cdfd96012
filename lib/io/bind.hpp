// SPDX-License-Identifier: MIT
//
// Makes listening sockets, and says what to do when that fails. Private to io.
#pragma once

#include <eddy/io/listener.hpp>

#include <string>

#include "io/system.hpp"

namespace eddy::detail {

/// A non-blocking socket that listens on `address`.
Result<Descriptor> bind_socket(const Address& address, const BindOptions& options);
/// Makes a bound socket listen and non-blocking. Gives a negative errno if that fails.
int listen_on(int descriptor, const BindOptions& options) noexcept;

/// Which process listens on the port of `address`: "pid 123 (nginx)"; empty if /proc does not tell.
std::string port_owner(const Address& address);

}  // namespace eddy::detail
