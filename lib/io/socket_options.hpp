// SPDX-License-Identifier: MIT
//
// What sockets are set to, in the kernel's terms. Private to io.
#pragma once

#include <eddy/io/keep_alive.hpp>

namespace eddy::detail {

/// Gives 0 or a negative errno.
int set_option(int descriptor, int level, int option, int value) noexcept;
int set_keepalive(int descriptor, const KeepAlive& how) noexcept;
/// Zero or less: what the kernel thinks right.
int set_user_timeout(int descriptor, Duration limit) noexcept;
int set_defer_accept(int descriptor, Duration limit) noexcept;

}  // namespace eddy::detail
