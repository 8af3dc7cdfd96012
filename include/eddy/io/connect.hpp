// SPDX-License-Identifier: MIT
//
// Connects to a TCP or Unix address, to the first of several that answers, or to a host by its
// name.
#pragma once

#include <eddy/base/endpoint.hpp>
#include <eddy/io/tcp.hpp>

#include <cstddef>
#include <span>

namespace eddy {

class Resolver;

/// How long connect() tries unless told.
inline constexpr Duration connect_limit = std::chrono::seconds(10);

/// Which family of addresses connect() begins with.
enum class FamilyPreference { as_given, ipv4, ipv6 };

/// How connect() goes about it.
struct ConnectOptions {
  Duration limit = connect_limit;  ///< for all attempts together; zero: as long as the kernel tries
  Duration attempt_limit{};  ///< for each address; zero: until `limit`, as others go on beside
  /// So long an attempt goes on alone before the next address is tried beside it (RFC 8305, which
  /// wants 10 ms at least). A failed attempt is followed at once.
  Duration attempt_delay = std::chrono::milliseconds(250);
  /// So long a name's IPv4 addresses wait for its IPv6 addresses, which are asked for at the same
  /// time (RFC 8305); zero or less: not at all. With `prefer` ipv4 it is the other way round.
  Duration resolution_delay = std::chrono::milliseconds(50);
  FamilyPreference prefer = FamilyPreference::as_given;  ///< as_given: that of the first address
  std::size_t max_addresses = 16;  ///< a name server may give thousands; no more are tried
  Address bind_to = {};            ///< comes from there; addresses of other families are not tried
  bool nodelay = true;             ///< TCP_NODELAY
  KeepAlive keepalive = {};        ///< of the connection, once it is made
  Duration user_timeout{};         ///< TCP_USER_TIMEOUT; see TcpStream::set_user_timeout
  bool fresh = false;              ///< a name is looked up whatever is kept, see LookupOptions
  Resolver* resolver = nullptr;    ///< who looks names up; null: the loop's own, Resolver::of()
};

/// Connects to the first of `addresses` that answers and resolves to an open stream.
///
/// Happy eyeballs (RFC 8305): families take turns, otherwise in the order given; an attempt that
/// hangs is joined by the next after `attempt_delay`, one that fails is followed at once. The first
/// to succeed wins; the others are closed by then. Duplicates are tried once. A Unix socket whose
/// queue is full is asked again until the limit.
/// Errors: std::errc::connection_refused, Errc::timed_out and so on, with the context "connect
/// 10.0.0.1:80". If several failed, the context names each with its own error, and the code is
/// that of the first that failed beyond this machine, Errc::timed_out if `limit` ended an attempt.
/// Errc::invalid without an address.
/// Cancel: total; half-open sockets are closed before drop returns.
/// Thread: loop.
/// Lifetime: the stream may outlive `loop`, and is closed then.
[[nodiscard]] EDDY_EXPORT Future<TcpStream> connect(Loop& loop,
                                                    std::span<const Address> addresses,
                                                    const ConnectOptions& options = {},
                                                    Site site = EDDY_HERE);
/// The same for one address.
[[nodiscard]] inline Future<TcpStream> connect(Loop& loop,
                                               const Address& address,
                                               const ConnectOptions& options = {},
                                               Site site = EDDY_HERE) {
  return connect(loop, std::span(&address, 1), options, site);
}
/// The same for one address.
/// @param limit  for the whole attempt; zero or less: as long as the kernel tries.
[[nodiscard]] inline Future<TcpStream> connect(Loop& loop,
                                               const Address& address,
                                               Duration limit,
                                               Site site = EDDY_HERE) {
  return connect(loop, address, ConnectOptions{.limit = limit}, site);
}
/// The same for a host: its name becomes addresses first, anew with each call.
///
/// Both families are asked for at the same time, and one that is slow or lost does not hold up the
/// other (RFC 8305): attempts begin when the IPv6 addresses are known, or when the IPv4 addresses
/// have waited `resolution_delay` for them, at once if there are none. What comes later takes its
/// turn among the addresses that were not tried yet. The limit is for all of it. The system's
/// getaddrinfo() answers for both families together: with ResolverBackend::system, and for a name
/// that is completed by a search list, attempts begin when both are known.
/// Errors: those of Resolver::resolve() too, if no address is known; otherwise a family that could
/// not be looked up is not told of. The context is "connect example.org:443: " and what was tried.
/// Lifetime: the resolver is needed for this call alone.
[[nodiscard]] EDDY_EXPORT Future<TcpStream> connect(Loop& loop,
                                                    const Endpoint& endpoint,
                                                    const ConnectOptions& options = {},
                                                    Site site = EDDY_HERE);

}  // namespace eddy
