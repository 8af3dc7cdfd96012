// SPDX-License-Identifier: MIT
//
// connect() to a name of which one family comes when the other's addresses are being tried: RFC
// 8305, section 5.
#include "families_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("addresses that come while an attempt is under way have their turn after 250 ms") {
  IoFixture t;
  NamedHost host(t);
  FourHangs server(t);
  auto connecting = host.connect(server.port());
  host.desk.tell(0, {four});
  t.advance(50ms);
  CHECK_FALSE(t.poll(connecting));
  host.desk.answer(0, both_families);

  t.advance(249ms);
  CHECK_FALSE(t.poll(connecting));
  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).value().peer() == six.with_port(server.port()));
}

TEST_CASE("addresses whose turn has come before they did are tried at once") {
  IoFixture t;
  NamedHost host(t);
  FourHangs server(t);
  auto connecting = host.connect(server.port());
  host.desk.tell(0, {four});
  t.advance(50ms);
  CHECK_FALSE(t.poll(connecting));
  t.advance(1s);
  CHECK_FALSE(t.poll(connecting));

  host.desk.answer(0, both_families);

  CHECK(t.get(std::move(connecting)).value().peer() == six.with_port(server.port()));
}

TEST_CASE("if all addresses refuse that are known the others are waited for") {
  IoFixture t;
  NamedHost host(t);
  auto server = Listener::bind(t.loop, four.with_port(0)).value();
  auto connecting = host.connect(server.local().port());
  host.desk.tell(0, {six});
  t.advance(1s);
  CHECK_FALSE(t.poll(connecting));

  host.desk.answer(0, both_families);

  CHECK(t.get(std::move(connecting)).value().peer() == server.local());
}

TEST_CASE("late addresses come between those that were not tried yet, by family in turns") {
  IoFixture t;
  NamedHost host(t);
  const Silent silent(t);
  const std::string port = ":" + std::to_string(silent.address().port());
  auto connecting = host.connect(silent.address().port(), {.limit = 1s});
  host.desk.tell(0, {four, "127.0.0.2:0"_addr});
  t.advance(50ms);
  CHECK_FALSE(t.poll(connecting));
  host.desk.answer(0, {six, "[::ffff:127.0.0.3]:0"_addr, four, "127.0.0.2:0"_addr});

  t.advance(950ms);

  const std::string told = t.get(std::move(connecting)).error().message();
  const std::size_t first = told.find("to 4 addresses (127.0.0.1" + port);
  const std::size_t second = told.find("; [::1]" + port);
  const std::size_t third = told.find("; 127.0.0.2" + port);
  const std::size_t fourth = told.find("; [::ffff:127.0.0.3]" + port);
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third < fourth);
  CHECK(fourth < told.size());
}

TEST_CASE("a lookup that fails late does not hide why the known addresses failed") {
  IoFixture t;
  NamedHost host(t);
  auto connecting = host.connect(nobodys_port);
  host.desk.tell(0, {four});
  t.advance(50ms);
  CHECK_FALSE(t.poll(connecting));

  host.desk.fail(0, DnsErrc::temporary_failure);

  const Error error = t.get(std::move(connecting)).error();
  CHECK(error == std::errc::connection_refused);
  CHECK(std::string(error.context()) == "connect server.test:1: connect 127.0.0.1:1");
}

TEST_CASE("the limit ends the wait for late addresses, and tells why the known ones failed") {
  IoFixture t;
  NamedHost host(t);
  auto connecting = host.connect(nobodys_port, {.limit = 3s});
  host.desk.tell(0, {six, "[::ffff:127.0.0.2]:0"_addr});
  CHECK_FALSE(t.poll(connecting));

  t.advance(2999ms);
  CHECK_FALSE(t.poll(connecting));
  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).error() == std::errc::connection_refused);
  CHECK_FALSE(host.asks_on(t));
}

TEST_CASE("the limit ends an attempt that late addresses might have joined") {
  IoFixture t;
  NamedHost host(t);
  FourHangs server(t);
  auto connecting = host.connect(server.port(), {.limit = 3s});
  host.desk.tell(0, {four});
  t.advance(2999ms);
  CHECK_FALSE(t.poll(connecting));

  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
  CHECK_FALSE(host.asks_on(t));
}

TEST_CASE("the limit of time ends the delay") {
  IoFixture t;
  NamedHost host(t);
  auto connecting = host.connect(nobodys_port, {.limit = 1s, .resolution_delay = 2s});
  host.desk.tell(0, {four});
  t.advance(999ms);
  CHECK_FALSE(t.poll(connecting));

  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
  CHECK_FALSE(host.asks_on(t));
}

TEST_CASE("without a limit of the call late addresses are awaited as long as the resolver's") {
  IoFixture t;
  NamedHost host(t, {.limit = 2s});
  auto connecting = host.connect(nobodys_port, {.limit = {}});
  t.advance(500ms);
  host.desk.tell(0, {six});
  t.advance(1499ms);
  CHECK_FALSE(t.poll(connecting));

  t.advance(1ms);

  CHECK(t.get(std::move(connecting)).error() == std::errc::connection_refused);
}

TEST_CASE("no late address is waited for that would be one too many") {
  IoFixture t;
  NamedHost host(t);
  auto connecting = host.connect(nobodys_port, {.max_addresses = 1});
  host.desk.tell(0, {six});

  CHECK(t.get(std::move(connecting)).error() == std::errc::connection_refused);
  CHECK_FALSE(host.asks_on(t));
}
