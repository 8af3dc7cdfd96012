// SPDX-License-Identifier: MIT
//
// A host of both families, of which the one or the other may be silent, and a connect() to it.
#pragma once

#include <utility>

#include "resolver_kit.hpp"
#include "silent.hpp"

namespace eddy::testing {

// Parsed as the program starts: Clang 14 crashes on an inline variable that is made of a literal.
inline const Address six = Address::parse("[::1]:0").value();
inline const Address four = Address::parse("127.0.0.1:0").value();
inline const Addresses both_families{six, four};

/// Where nobody listens on a machine that runs tests.
inline constexpr std::uint16_t nobodys_port = 1;

/// A server that hears both families at one port.
struct BothHear {
  explicit BothHear(Fixture& t)
      : listener(Listener::bind(t.loop, Address::parse("[::]:0").value(), {.dual_stack = true})
                     .value()) {}
  std::uint16_t port() const { return listener.local().port(); }

  Listener listener;
};

/// At one port a server that IPv6 reaches, while IPv4 gets no answer.
struct FourHangs {
  explicit FourHangs(Fixture& t) {
    for (int attempts = 0; attempts < 100 && !hears; ++attempts) {  // the port may be taken
      silent.emplace(t);
      auto bound = Listener::bind(t.loop, six.with_port(port()));
      if (bound) hears = *std::move(bound);
    }
    REQUIRE(hears);
  }
  std::uint16_t port() const { return silent->address().port(); }

  std::optional<Silent> silent;
  std::optional<Listener> hears;
};

/// Nobody but the test knows names, and it is asked for one.
struct NamedHost {
  explicit NamedHost(Fixture& t, ResolverOptions options = {})
      : loop(t.loop), resolver(desk.resolver(t.loop, std::move(options))) {}

  Future<TcpStream> connect(std::uint16_t port, ConnectOptions options = {}) {
    options.resolver = &resolver;
    return eddy::connect(loop, Endpoint::of("server.test", port).value(), options);
  }

  /// Nobody waits any more, and the lookup has had its second. Whether it goes on.
  bool asks_on(Fixture& t) const {
    t.advance(std::chrono::seconds(1));
    t.run_until_idle();
    return desk.wanted(desk.asked() - 1);
  }

  Loop& loop;
  Desk desk;
  Resolver resolver;
};

}  // namespace eddy::testing
