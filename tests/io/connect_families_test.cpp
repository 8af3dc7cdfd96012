// SPDX-License-Identifier: MIT
//
// connect() to a name of which one family is known before the other: RFC 8305, sections 3 to 5.
#include "families_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("IPv6 addresses are connected to at once, whatever becomes of the IPv4 ones") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  auto connecting = host.connect(server.port());
  CHECK_FALSE(t.poll(connecting));

  host.desk.tell(0, {six});

  CHECK(t.get(std::move(connecting)).value().peer() == six.with_port(server.port()));
}

TEST_CASE("IPv4 addresses wait 50 ms for IPv6 ones that never come, no longer") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  auto connecting = host.connect(server.port());
  t.advance(3s);
  host.desk.tell(0, {four});

  t.advance(49ms);
  CHECK_FALSE(t.poll(connecting));
  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).value().peer() == four.with_port(server.port()));
}

TEST_CASE("IPv6 addresses that come within the delay are tried first, at once") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  auto connecting = host.connect(server.port());
  host.desk.tell(0, {four});
  t.advance(49ms);
  CHECK_FALSE(t.poll(connecting));

  host.desk.answer(0, both_families);

  CHECK(t.get(std::move(connecting)).value().peer() == six.with_port(server.port()));
}

TEST_CASE("that there are no IPv6 addresses ends the delay at once") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  auto connecting = host.connect(server.port());
  host.desk.tell(0, {four});
  t.advance(10ms);
  CHECK_FALSE(t.poll(connecting));

  host.desk.answer(0, {four});

  CHECK(t.get(std::move(connecting)).value().peer() == four.with_port(server.port()));
}

TEST_CASE("how long IPv4 waits can be chosen, and nonsense is no time at all") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  auto patient = host.connect(server.port(), {.limit = 1h, .resolution_delay = 2s});
  auto hasty = host.connect(server.port(), {.resolution_delay = {}});
  auto absurd = host.connect(server.port(), {.resolution_delay = -5s});
  auto endless = host.connect(server.port(), {.limit = 1h, .resolution_delay = Duration::max()});
  host.desk.tell(0, {four});

  CHECK(t.get(std::move(hasty)));
  CHECK(t.get(std::move(absurd)));
  t.advance(1999ms);
  CHECK_FALSE(t.poll(patient));
  t.advance(1ms);
  CHECK(t.get(std::move(patient)));
  CHECK_FALSE(t.poll(endless));
}

TEST_CASE("who prefers IPv4 does not wait for IPv6, but the other way round") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  const ConnectOptions ipv4{.prefer = FamilyPreference::ipv4};
  auto first = host.connect(server.port(), ipv4);
  host.desk.tell(0, {four});
  CHECK(t.get(std::move(first)).value().peer() == four.with_port(server.port()));
  CHECK_FALSE(host.asks_on(t));

  auto second = host.connect(server.port(), ipv4);
  host.desk.tell(1, {six});
  t.advance(49ms);
  CHECK_FALSE(t.poll(second));
  t.advance(1ms);

  CHECK(t.get(std::move(second)).value().peer() == six.with_port(server.port()));
}

TEST_CASE("two connects at once ask once, and each begins with what came first") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  auto first = host.connect(server.port());
  auto second = host.connect(server.port());
  host.desk.tell(0, {six});

  CHECK(t.get(std::move(first)).value().peer() == six.with_port(server.port()));
  CHECK(t.get(std::move(second)).value().peer() == six.with_port(server.port()));
  CHECK(host.desk.asked() == 1);
}

TEST_CASE("a connect that finds IPv4 addresses known waits for what is left of the delay") {
  IoFixture t;
  NamedHost host(t);
  FourHangs silent(t);
  BothHear server(t);
  auto first = host.connect(silent.port());
  host.desk.tell(0, {four});
  t.advance(30ms);

  auto second = host.connect(server.port());
  t.advance(19ms);
  CHECK_FALSE(t.poll(second));
  t.advance(1ms);
  CHECK(t.get(std::move(second)).value().peer() == four.with_port(server.port()));
  t.advance(1s);
  auto third = host.connect(server.port());

  CHECK(t.get(std::move(third)).value().peer() == four.with_port(server.port()));
  CHECK(host.desk.asked() == 1);
}

TEST_CASE("resolve() gives all addresses or none, also if it shares the lookup of a connect") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  auto connecting = host.connect(server.port());
  auto found = host.resolver.resolve("server.test", {.port = 7});
  host.desk.tell(0, {four});
  t.advance(1s);
  CHECK(t.get(std::move(connecting)));
  CHECK_FALSE(t.poll(found));

  host.desk.answer(0, both_families);

  CHECK(t.get(std::move(found)).value() == Addresses{"[::1]:7"_addr, "127.0.0.1:7"_addr});
  CHECK(host.desk.asked() == 1);
}

TEST_CASE("a name that is known is connected to without a question, and without a delay") {
  IoFixture t;
  NamedHost host(t);
  auto server = Listener::bind(t.loop, four.with_port(0)).value();
  auto found = host.resolver.resolve("server.test");
  host.desk.answer(0, {four});
  CHECK(t.get(std::move(found)));

  auto connecting = host.connect(server.local().port());

  CHECK(t.get(std::move(connecting)).value().peer() == server.local());
  CHECK(host.desk.asked() == 1);
}

TEST_CASE("what comes early is cut as all answers are") {
  IoFixture t;
  NamedHost host(t, {.max_addresses = 1});
  auto connecting = host.connect(nobodys_port);
  host.desk.tell(0, {six, "[::2]:0"_addr});
  CHECK_FALSE(t.poll(connecting));
  host.desk.answer(0, {six});

  const Error error = t.get(std::move(connecting)).error();
  CHECK(error.context() == "connect server.test:1: connect [::1]:1");
}

TEST_CASE("that nothing is known of a family is no beginning, and no second word counts") {
  IoFixture t;
  NamedHost host(t);
  BothHear server(t);
  auto connecting = host.connect(server.port());
  host.desk.tell(0, {});
  t.advance(1s);
  CHECK_FALSE(t.poll(connecting));
  host.desk.tell(0, {four});
  host.desk.tell(0, {six});
  t.advance(49ms);
  CHECK_FALSE(t.poll(connecting));

  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).value().peer() == four.with_port(server.port()));
}
