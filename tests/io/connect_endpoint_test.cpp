// SPDX-License-Identifier: MIT
//
// connect() to a name: lookup and attempts under one limit.
#include <eddy/io/connect.hpp>

#include "resolver_kit.hpp"
#include "silent.hpp"
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

Endpoint named(std::uint16_t port) {
  return Endpoint::of("server.test", port).value();
}

Listener a_listener(Fixture& t) {
  return Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
}

}  // namespace

TEST_CASE("a name is looked up, then connected to") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  Listener listener = a_listener(t);
  const Endpoint endpoint = named(listener.local().port());

  auto connecting = connect(t.loop, endpoint, {.resolver = &resolver});
  CHECK_FALSE(t.poll(connecting));
  CHECK(desk.name(0) == "server.test");
  desk.answer(0, {"127.0.0.1:0"_addr});

  CHECK(t.get(std::move(connecting)).value().peer() == listener.local());
}

TEST_CASE("an endpoint that is an address asks nobody") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  Listener listener = a_listener(t);

  auto connecting = connect(t.loop, Endpoint(listener.local()), {.resolver = &resolver});

  CHECK(t.get(std::move(connecting)).value().open());
  CHECK(desk.asked() == 0);
}

TEST_CASE("if the first address of a name refuses, the next one is tried") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  Listener listener = a_listener(t);

  auto connecting = connect(t.loop, named(listener.local().port()), {.resolver = &resolver});
  desk.answer(0, {"127.0.0.2:0"_addr, "127.0.0.1:0"_addr});

  CHECK(t.get(std::move(connecting)).value().peer() == listener.local());
}

TEST_CASE("the resolver of the loop is used unless another is given") {
  IoFixture t;
  Listener listener = a_listener(t);
  const Endpoint endpoint = Endpoint::of("localhost", listener.local().port()).value();

  CHECK(t.get(connect(t.loop, endpoint)).value().peer() == listener.local());
  CHECK(Resolver::of(t.loop).statistic().misses.value() == 1);
}

TEST_CASE("a name that does not exist fails with what was tried") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto connecting = connect(t.loop, named(443), {.resolver = &resolver});
  desk.fail(0, DnsErrc::no_such_host);

  const Error error = t.get(std::move(connecting)).error();
  CHECK(error == DnsErrc::no_such_host);
  CHECK(error.message() == "connect server.test:443: resolve server.test: no such host");
}

TEST_CASE("an attempt that fails is named with the host and the address") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  const std::uint16_t port = a_listener(t).local().port();

  auto connecting = connect(t.loop, named(port), {.resolver = &resolver});
  desk.answer(0, {"127.0.0.1:0"_addr});

  const Error error = t.get(std::move(connecting)).error();
  const std::string port_text = std::to_string(port);
  CHECK(error == std::errc::connection_refused);
  CHECK(std::string(error.context()) ==
        "connect server.test:" + port_text + ": connect 127.0.0.1:" + port_text);
}

TEST_CASE("the limit ends a lookup") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto connecting = connect(t.loop, named(443), {.limit = 3s, .resolver = &resolver});

  t.advance(2999ms);
  CHECK_FALSE(t.poll(connecting));
  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
  CHECK_FALSE(desk.wanted(0));
}

TEST_CASE("attempts have what the lookup has left of the limit") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  const Silent silent(t);
  auto connecting =
      connect(t.loop, named(silent.address().port()), {.limit = 3s, .resolver = &resolver});
  t.advance(2s);
  desk.answer(0, {silent.address().with_port(0)});

  t.advance(999ms);
  CHECK_FALSE(t.poll(connecting));
  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
}

TEST_CASE("a connect from an IPv4 address asks for IPv4 addresses alone") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);

  auto connecting =
      connect(t.loop, named(443), {.bind_to = "127.0.0.1:0"_addr, .resolver = &resolver});

  CHECK(desk.family(0) == AddressFamily::ipv4);
}

TEST_CASE("a connect to a name is dropped while it is looked up, and while it connects") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  const Silent silent(t);
  auto looking = connect(t.loop, named(1), {.resolver = &resolver});
  auto connecting = connect(t.loop,
                            Endpoint::of("silent.test", silent.address().port()).value(),
                            {.resolver = &resolver});
  desk.answer(1, {silent.address().with_port(0)});
  CHECK_FALSE(t.poll(connecting));

  looking = {};
  connecting = {};

  CHECK_FALSE(desk.wanted(0));
}

TEST_CASE("each connect asks for the name anew once the answer is no longer held") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  Listener listener = a_listener(t);
  const Endpoint endpoint = named(listener.local().port());
  auto first = connect(t.loop, endpoint, {.resolver = &resolver});
  desk.answer(0, {"127.0.0.2:0"_addr}, 1s);
  CHECK_FALSE(t.get(std::move(first)).has_value());

  t.advance(1s);
  auto second = connect(t.loop, endpoint, {.resolver = &resolver});
  desk.answer(1, {"127.0.0.1:0"_addr});

  CHECK(t.get(std::move(second)).value().open());
}

TEST_CASE("a connect that wants a fresh answer asks although one is kept") {
  IoFixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  Listener listener = a_listener(t);
  const Endpoint endpoint = named(listener.local().port());
  auto first = connect(t.loop, endpoint, {.resolver = &resolver});
  desk.answer(0, {"127.0.0.2:0"_addr}, 1h);
  CHECK_FALSE(t.get(std::move(first)).has_value());

  auto second = connect(t.loop, endpoint, {.fresh = true, .resolver = &resolver});
  desk.answer(1, {"127.0.0.1:0"_addr});

  CHECK(t.get(std::move(second)).value().open());
}
