// SPDX-License-Identifier: MIT
//
// How a TcpProxy cuts connections and holds them up.
#include <eddy/testing/tcp_proxy.hpp>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("a reset of the proxy reaches both sides") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);

  proxied.proxy.reset();

  CHECK(ends.failure(ends.client) == std::errc::connection_reset);
  CHECK(ends.failure(ends.server) == std::errc::connection_reset);
  CHECK(proxied.proxy.statistic().open.value() == 0);
}

TEST_CASE("disconnecting all ends every connection, and others may come") {
  IoFixture t;
  Proxied proxied(t);
  Ends one(proxied);
  Ends other(proxied);

  CHECK(t.get(proxied.proxy.disconnect_all()).has_value());

  CHECK(one.failure(one.client) == Errc::end_of_stream);
  CHECK(one.failure(one.server) == Errc::end_of_stream);
  CHECK(other.failure(other.client) == Errc::end_of_stream);
  CHECK(proxied.proxy.statistic().open.value() == 0);
  Ends next(proxied);
  next.send("again");
  CHECK(next.read(next.server, 5) == "again");
}

TEST_CASE("a disconnect is an end also for who has sent what nobody read") {
  IoFixture t;
  Proxied proxied(t, {.max_held = 1000});
  Ends ends(proxied);
  proxied.proxy.stall();
  ends.client.write(std::string(200'000, 'x'));
  t.run_until_idle();

  CHECK(t.get(proxied.proxy.disconnect_all()).has_value());

  CHECK(ends.failure(ends.client) == Errc::end_of_stream);
}

TEST_CASE("a connection is cut by a reset when so many octets have arrived") {
  IoFixture t;
  Proxied proxied(t);
  proxied.proxy.cut_after(5, Cut::reset, ProxyDirection::client_to_server);
  Ends ends(proxied);

  ends.answer("not counted");
  ends.client.write("0123456789");

  CHECK(ends.read(ends.server, 5) == "01234");
  CHECK(ends.failure(ends.server) == std::errc::connection_reset);
  CHECK(ends.read(ends.client, 11) == "not counted");
  CHECK(ends.failure(ends.client) == std::errc::connection_reset);
  CHECK(proxied.proxy.statistic().cut.value() == 1);
  CHECK(proxied.to_server().dropped.value() == 5);
}

TEST_CASE("a connection is cut by an end of the stream when so many octets have arrived") {
  IoFixture t;
  Proxied proxied(t);
  proxied.proxy.cut_after(5, Cut::end, ProxyDirection::server_to_client);
  Ends ends(proxied);

  ends.server.write("01");
  CHECK(ends.read(ends.client, 2) == "01");
  ends.server.write("23456789");

  CHECK(ends.read(ends.client, 3) == "234");
  CHECK(ends.failure(ends.client) == Errc::end_of_stream);
  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
}

TEST_CASE("a cut after many octets loses none of those before it") {
  IoFixture t;
  Proxied proxied(t);
  proxied.proxy.cut_after(6'000'000, Cut::end, ProxyDirection::client_to_server);
  Ends ends(proxied);
  ends.client.write(std::string(7'000'000, 'x'));
  t.run_until_idle();

  CHECK(ends.read(ends.server, 6'000'000).size() == 6'000'000);
  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
}

TEST_CASE("a cut counts from when it was set, and for each connection anew") {
  IoFixture t;
  Proxied proxied(t);
  Ends before(proxied);
  before.send("not counted");
  proxied.proxy.cut_after(1, Cut::end, ProxyDirection::client_to_server);
  Ends after(proxied);
  CHECK(proxied.proxy.statistic().cut.value() == 0);

  before.client.write("1");
  CHECK(before.read(before.server, 12) == "not counted1");
  CHECK(before.failure(before.server) == Errc::end_of_stream);
  after.client.write("1");
  CHECK(after.read(after.server, 1) == "1");
  CHECK(after.failure(after.server) == Errc::end_of_stream);

  proxied.proxy.cut_after(TcpProxy::never);
  Ends next(proxied);
  next.send("more than one");
  CHECK(next.read(next.server, 13) == "more than one");
}

TEST_CASE("a cut after no octets is one at once") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);

  proxied.proxy.cut_after(0);
  CHECK(ends.failure(ends.client) == std::errc::connection_reset);
  CHECK(ends.failure(ends.server) == std::errc::connection_reset);

  CHECK(fate(t, proxied.proxy.create_client()) == std::errc::connection_reset);
}

TEST_CASE("a forced half-close ends one way after what was sent, and the other goes on") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.latency(1s, ProxyDirection::client_to_server);
  ends.send("before");

  proxied.proxy.half_close(ProxyDirection::client_to_server);
  ends.send("after");
  CHECK_FALSE(t.poll(ends.server.read()));
  t.advance(1s);

  CHECK(ends.read(ends.server, 6) == "before");
  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
  ends.answer("still heard");
  CHECK(ends.read(ends.client, 11) == "still heard");
  CHECK(proxied.to_server().dropped.value() == 5);
}

TEST_CASE("both ways half-closed is a connection that has ended") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);

  proxied.proxy.half_close(ProxyDirection::both);

  CHECK(ends.failure(ends.client) == Errc::end_of_stream);
  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
  run_until(t, [&] { return proxied.proxy.statistic().open.value() == 0; });
}

TEST_CASE("a stall holds up one way and loses nothing") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.stall(ProxyDirection::client_to_server);

  ends.send("held");
  ends.answer("through");
  CHECK(ends.read(ends.client, 7) == "through");
  t.advance(1h);
  CHECK_FALSE(t.poll(ends.server.read()));

  proxied.proxy.resume(ProxyDirection::client_to_server);
  CHECK(ends.read(ends.server, 4) == "held");
}

TEST_CASE("an end does not get through a stall, nor does a reset") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  Ends other(proxied);
  proxied.proxy.stall();
  auto end = ends.server.read();
  auto broken = other.server.read();

  ends.client.close();
  other.client.reset();
  t.run_until_idle();
  t.advance(1h);
  CHECK_FALSE(t.poll(end));
  CHECK_FALSE(t.poll(broken));

  proxied.proxy.resume();
  CHECK(t.get(std::move(end)).error() == Errc::end_of_stream);
  CHECK(t.get(std::move(broken)).error() == std::errc::connection_reset);
}

TEST_CASE("in a partition all is silent, newcomers hang, and nothing is lost") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.partition(true);
  auto accepted = proxied.target.accept();

  TcpStream newcomer = t.get(proxied.proxy.create_client()).value();
  newcomer.write("hello?");
  ends.send("question");
  ends.answer("answer");
  t.advance(1h);
  CHECK_FALSE(t.poll(accepted));
  CHECK_FALSE(t.poll(ends.server.read()));
  CHECK_FALSE(t.poll(ends.client.read()));

  proxied.proxy.partition(false);
  CHECK(ends.read(ends.server, 8) == "question");
  CHECK(ends.read(ends.client, 6) == "answer");
  TcpStream served = t.get(std::move(accepted)).value();
  CHECK(t.get(served.read()).value() == "hello?");
}

TEST_CASE("a stall stays a stall when a partition is over") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.stall();
  proxied.proxy.partition(true);
  ends.send("held");

  proxied.proxy.partition(false);
  CHECK_FALSE(t.poll(ends.server.read()));

  proxied.proxy.resume();
  CHECK(ends.read(ends.server, 4) == "held");
}

TEST_CASE("a reset overtakes what its sender had still to send, and that is counted") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.bandwidth(1, ProxyDirection::client_to_server);
  ends.send("never sent");

  ends.client.reset();

  CHECK(ends.failure(ends.server) == std::errc::connection_reset);
  CHECK(proxied.to_server().dropped.value() == 10);
}

TEST_CASE("a sender whose receiver is gone is not held up") {
  IoFixture t;
  Proxied proxied(t, {.max_held = 1000});
  Ends ends(proxied);
  proxied.proxy.stall(ProxyDirection::client_to_server);  // the server does not learn of it
  ends.client.pause();
  ends.server.write(std::string(15'000'000, 'x'));  // NOLINT: large on purpose
  t.run_until_idle();
  CHECK(ends.server.queued() > 0);

  ends.client.reset();
  run_until(t, [&] { return ends.server.queued() == 0; });

  CHECK(proxied.to_client().dropped.value() > 0);
  CHECK(ends.server.open());
}

TEST_CASE("octets for a receiver that is gone are counted as dropped") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.latency(1h, ProxyDirection::server_to_client);
  ends.server.reset();
  run_until(t, [&] { return t.loop.next_timer().has_value(); });

  ends.send("to nobody");
  CHECK(proxied.to_server().dropped.value() == 9);
  t.advance(1h);

  CHECK(ends.failure(ends.client) == std::errc::connection_reset);
}
