// SPDX-License-Identifier: MIT
//
// What the tests of the proxies share: two ends with a TcpProxy between them.
#pragma once

#include <eddy/testing/tcp_proxy.hpp>

#include <string>
#include <string_view>
#include <utility>

#include "io/support.hpp"

namespace eddy::testing {

/// Runs until `condition` holds, also waiting for the kernel, which may take its time.
template <class Condition>
void run_until(Fixture& t, Condition&& condition) {
  while (!condition())
    t.loop.turn(true);
}

/// How a connection of a client ends from whom nothing was sent: by a read, or in connect() if it
/// was fast.
inline Error fate(Fixture& t, Future<TcpStream> client) {
  Result<TcpStream> made = t.get(std::move(client));
  return made ? t.get(made->read()).error() : std::move(made).error();
}

/// A target that accepts, and a proxy before it.
struct Proxied {
  explicit Proxied(Fixture& t, const TcpProxy::Options& options = {})
      : fixture(t),
        target(Listener::bind(t.loop, "127.0.0.1:0"_addr).value()),
        proxy(TcpProxy::start(t.loop, target.local(), options).value()) {}

  const ProxyTrafficStatistic& to_server() const { return proxy.statistic().client_to_server; }
  const ProxyTrafficStatistic& to_client() const { return proxy.statistic().server_to_client; }

  Fixture& fixture;
  Listener target;
  TcpProxy proxy;
};

/// The two ends of one connection through a proxy.
struct Ends {
  explicit Ends(Proxied& through) : proxied(through) {
    auto accepted = proxied.target.accept();
    client = fixture().get(proxied.proxy.create_client()).value();
    server = fixture().get(std::move(accepted)).value();
    fixture().run_until_idle();  // the proxy, too, learns that it is connected
  }

  /// Sends from the client, and runs until the proxy has all of it.
  void send(std::string_view octets) { send(client, proxied.to_server(), octets); }
  /// The same from the server.
  void answer(std::string_view octets) { send(server, proxied.to_client(), octets); }
  /// What one end gets, by a read that must succeed.
  std::string read(Stream& end, std::size_t count) {
    return fixture().get(end.read_exactly(count)).value();
  }
  /// The error of a read that must fail.
  Error failure(Stream& end) { return fixture().get(end.read()).error(); }

  Proxied& proxied;
  TcpStream client;
  TcpStream server;

 private:
  Fixture& fixture() const { return proxied.fixture; }
  void send(Stream& from, const ProxyTrafficStatistic& traffic, std::string_view octets) {
    const std::uint64_t all = traffic.received.value() + octets.size();
    from.write(octets);
    run_until(fixture(), [&traffic, all] { return traffic.received.value() == all; });
  }
};

}  // namespace eddy::testing
