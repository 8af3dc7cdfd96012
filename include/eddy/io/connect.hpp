// SPDX-License-Identifier: MIT
//
// Connects to a TCP or Unix address.
#pragma once

#include <eddy/io/tcp.hpp>

namespace eddy {

/// How long connect() tries unless told.
inline constexpr Duration connect_limit = std::chrono::seconds(10);

/// Connects to `address` and resolves to an open stream.
///
/// @param limit  for the whole attempt; zero or less: as long as the kernel tries.
/// Errors: std::errc::connection_refused, Errc::timed_out and so on, with the context "connect
/// 10.0.0.1:80"; Errc::invalid if `address` is none.
/// Cancel: total; a half-open socket is closed before drop returns.
/// Thread: loop.
/// Lifetime: the stream may outlive `loop`, and is closed then.
[[nodiscard]] EDDY_EXPORT Future<TcpStream> connect(Loop& loop,
                                                    const Address& address,
                                                    Duration limit = connect_limit,
                                                    Site site = EDDY_HERE);

}  // namespace eddy
