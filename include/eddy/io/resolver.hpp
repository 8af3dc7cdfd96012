// SPDX-License-Identifier: MIT
//
// Turns host names into addresses, without ever blocking the loop.
//
//     Resolver::of(loop).resolve("example.org", {.port = 80})
//         .then([](std::vector<Address> addresses) { ... });
//
// Answers are kept for a while, and who asks for a name that is being looked up shares the answer.
// To connect to a name there is no need to come here: see io/connect.hpp.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/clock.hpp>
#include <eddy/base/statistic.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/core/future.hpp>
#include <eddy/io/dns_error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace eddy {

namespace detail {
class ResolverImpl;
}

/// Which addresses of a name are wanted.
enum class AddressFamily { any, ipv4, ipv6 };

/// Who looks names up. Both honour the system's hosts file and its configuration.
enum class ResolverBackend {
  automatic,  ///< the system, but c-ares where Options::servers names servers
  system,     ///< getaddrinfo() in threads: what every other program of the host gets
  /// c-ares on the loop: cancels for good, knows how long an answer is valid, and asks for IPv4 and
  /// IPv6 apart, so that connect() need not wait for both.
  cares,
};

/// How a Resolver works.
struct ResolverOptions {
  ResolverBackend backend = ResolverBackend::automatic;
  /// For each resolve() that sets none of its own; zero or less: as long as the back end tries.
  Duration limit = std::chrono::seconds(5);
  /// How long an answer is kept when the back end cannot tell: getaddrinfo() does not.
  Duration ttl = std::chrono::seconds(30);
  /// How long it is kept at most, whatever a name server says.
  Duration max_ttl = std::chrono::hours(1);
  /// How long it is kept that there is no such host, or no such address: short, for a name that is
  /// asked for is about to be made. Failures of servers are never kept.
  Duration negative_ttl = std::chrono::seconds(5);
  /// So many names are kept; then the one that nobody asked for longest goes. Zero: none.
  std::size_t max_names = 1024;
  /// The rest of an answer is left out: nobody connects to more, and a liar's list has an end.
  std::size_t max_addresses = 64;
  /// So many lookups are under way, each in a thread if the system makes them.
  std::size_t max_running = 8;
  /// So many names wait for their turn; more fail with Errc::overloaded.
  std::size_t max_waiting = 1024;
  /// How long the destructor waits for threads. One that hangs in getaddrinfo() longer cannot be
  /// stopped: that is logged, and it is left to itself.
  Duration linger = std::chrono::milliseconds(100);
  /// Name servers to ask instead of the system's, each with its port; names are looked up as they
  /// are, without the system's search list. Needs c-ares.
  std::vector<Address> servers = {};
  /// With c-ares: the next server is asked when one was silent for so long; twice as long in the
  /// next round. One server has had its rounds before `limit`, so that one which is silent about
  /// IPv6 does not cost the IPv4 addresses.
  Duration attempt_limit = std::chrono::milliseconds(1500);
  /// With c-ares: so many rounds there are.
  unsigned attempts = 2;
};

/// What is asked for beside the name.
struct LookupOptions {
  std::uint16_t port = 0;  ///< of the addresses that are given
  AddressFamily family = AddressFamily::any;
  std::optional<Duration> limit = std::nullopt;  ///< instead of ResolverOptions::limit
  bool fresh = false;  ///< what is kept is not good enough: it has just led nowhere
};

/// What a Resolver has counted.
struct ResolverStatistic {
  Counter hits;      ///< answered from what was kept
  Counter misses;    ///< for which a lookup was made
  Counter shared;    ///< that joined a lookup which was under way
  Counter failures;  ///< lookups that gave no address
  Counter timeouts;  ///< calls whose limit of time passed
  Counter refused;   ///< calls that found the queue full
  Gauge names;       ///< kept now
  Gauge lookups;     ///< under way or waiting now

  void visit(auto&& field) const {
    field("hits", hits), field("misses", misses), field("shared", shared);
    field("failures", failures), field("timeouts", timeouts), field("refused", refused);
    field("names", names), field("lookups", lookups);
  }
};

/// Looks up host names.
///
/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed. May outlive its loop.
class EDDY_EXPORT Resolver {
 public:
  explicit Resolver(Loop& loop) : Resolver(loop, ResolverOptions()) {}
  Resolver(Loop& loop, ResolverOptions options);
  Resolver(Resolver&& other) noexcept;
  Resolver& operator=(Resolver&& other) noexcept;
  ~Resolver();

  /// The loop's own, made when it is first asked for: what connect() uses unless told.
  static Resolver& of(Loop& loop);

  /// Resolves to the addresses of `host`, one at least, each once, in the order in which the system
  /// would try them (RFC 6724).
  ///
  /// An IP address is its own answer; "fe80::1%eth0" may name a scope. Any other text must be a
  /// host name as an Endpoint takes it. A lookup ends when nobody waits for it any more, a second
  /// later if one family is known: what a connect() had no need to wait for is kept then. Errors:
  /// those of DnsErrc; Errc::timed_out, Errc::overloaded; Errc::invalid for a name that cannot be;
  /// std::errc::not_supported if the back end is not built in. The context is "resolve
  /// example.org", and for a malformed or refused call the cause and the cure.
  /// Cancel: total; returns at once. A thread that is stuck in getaddrinfo() stays stuck.
  [[nodiscard]] Future<std::vector<Address>> resolve(std::string_view host,
                                                     const LookupOptions& options = {},
                                                     Site site = EDDY_HERE);

  /// Forgets all answers, also those of lookups that are under way: who asks from now on gets
  /// a new one.
  void flush() noexcept;

  const ResolverStatistic& statistic() const noexcept;

 private:
  friend class detail::ResolverImpl;
  explicit Resolver(detail::CountedPtr<detail::ResolverImpl> impl) noexcept;

  detail::CountedPtr<detail::ResolverImpl> impl_;
};

}  // namespace eddy
