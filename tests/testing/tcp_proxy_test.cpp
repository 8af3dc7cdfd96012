// SPDX-License-Identifier: MIT
//
// A TcpProxy that is left alone, what it does to octets, and whom it lets in.
#include <eddy/testing/tcp_proxy.hpp>

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

std::string reversed(ByteView octets) {
  return std::string(octets.rbegin(), octets.rend());
}

}  // namespace

TEST_CASE("a proxy that is left alone passes on octets both ways") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);

  ends.send("question");
  CHECK(ends.read(ends.server, 8) == "question");
  ends.answer("answer");
  CHECK(ends.read(ends.client, 6) == "answer");

  CHECK(proxied.to_server().delivered.value() == 8);
  CHECK(proxied.to_client().delivered.value() == 6);
  CHECK(proxied.to_server().dropped.value() == 0);
}

TEST_CASE("each client has a connection of its own to the target") {
  IoFixture t;
  Proxied proxied(t);
  Ends one(proxied);
  Ends other(proxied);

  one.send("1");
  other.send("2");

  CHECK(one.read(one.server, 1) == "1");
  CHECK(other.read(other.server, 1) == "2");
  CHECK(proxied.proxy.statistic().clients.value() == 2);
  CHECK(proxied.proxy.statistic().open.value() == 2);
}

TEST_CASE("a large transfer through a proxy is whole, in both directions at once") {
  IoFixture t;
  Proxied proxied(t, {.max_held = 100'000});
  Ends ends(proxied);
  const std::string there(3'000'000, 'a');
  const std::string back(2'000'000, 'b');

  auto got_there = ends.server.read_exactly(there.size());
  auto got_back = ends.client.read_exactly(back.size());
  ends.client.write(there);
  ends.server.write(back);

  CHECK(t.get(std::move(got_there)).value() == there);
  CHECK(t.get(std::move(got_back)).value() == back);
}

TEST_CASE("an end of the stream is passed on, and the other way goes on") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  ends.send("last words");

  CHECK(t.get(ends.client.shutdown()).has_value());
  CHECK(ends.read(ends.server, 10) == "last words");
  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
  ends.answer("heard");
  CHECK(ends.read(ends.client, 5) == "heard");
}

TEST_CASE("a connection whose both sides have ended is gone from the proxy") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);

  ends.client.close();
  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
  CHECK(proxied.proxy.statistic().open.value() == 1);
  ends.server.close();
  run_until(t, [&] { return proxied.proxy.statistic().open.value() == 0; });
}

TEST_CASE("a proxy that keeps no half-closed connection ends both ways") {
  IoFixture t;
  Proxied proxied(t);
  proxied.proxy.keep_half_close(false);
  Ends ends(proxied);

  CHECK(t.get(ends.client.shutdown()).has_value());

  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
  CHECK(ends.failure(ends.client) == Errc::end_of_stream);
}

TEST_CASE("a reset of one side is a reset of the other") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);

  ends.client.reset();

  CHECK(ends.failure(ends.server) == std::errc::connection_reset);
  CHECK(proxied.proxy.statistic().open.value() == 0);
}

TEST_CASE("a client whose target cannot be reached is reset and counted, and does not hang") {
  IoFixture t;
  Proxied proxied(t);
  proxied.target.close();

  CHECK(fate(t, proxied.proxy.create_client()) == std::errc::connection_reset);

  CHECK(proxied.proxy.statistic().unreachable.value() == 1);
  CHECK(proxied.proxy.statistic().open.value() == 0);
}

TEST_CASE("transforms change what goes each way, and an empty one changes nothing") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.transform(reversed, ProxyDirection::client_to_server);
  proxied.proxy.transform([](ByteView octets) { return std::string(octets) + "!"; },
                          ProxyDirection::server_to_client);

  ends.send("abc");
  CHECK(ends.read(ends.server, 3) == "cba");
  ends.answer("abc");
  CHECK(ends.read(ends.client, 4) == "abc!");

  proxied.proxy.transform(nullptr);
  ends.send("abc");
  CHECK(ends.read(ends.server, 3) == "abc");
}

TEST_CASE("a transform may swallow octets") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.transform([](ByteView) { return std::string(); });

  ends.send("swallowed");
  CHECK_FALSE(t.poll(ends.server.read()));

  CHECK(proxied.to_server().delivered.value() == 0);
}

TEST_CASE("a transform that throws resets its connection, and is reported") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.transform([](ByteView) -> std::string { throw std::runtime_error("no"); });

  ends.send("abc");

  CHECK(ends.failure(ends.server) == std::errc::connection_reset);
  CHECK(ends.failure(ends.client) == std::errc::connection_reset);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("corruption flips one bit in a share of the octets, the same ones for a seed") {
  const auto corrupted = [](std::uint64_t seed, bool in_pieces) {
    IoFixture t;
    Proxied proxied(t, {.seed = seed});
    Ends ends(proxied);
    proxied.proxy.corrupt(0.1, ProxyDirection::client_to_server);
    const std::string sent(1000, '\0');
    ends.send(sent.substr(0, in_pieces ? 300 : 1000));
    if (in_pieces) ends.send(sent.substr(300));
    const std::string got = ends.read(ends.server, sent.size());
    const auto flipped = std::count_if(got.begin(), got.end(), [](char c) { return c != '\0'; });
    CHECK(proxied.to_server().corrupted.value() == static_cast<std::uint64_t>(flipped));
    CHECK(flipped > 50);
    CHECK(flipped < 150);
    return got;
  };

  CHECK(corrupted(1, false) == corrupted(1, false));
  CHECK(corrupted(1, false) == corrupted(1, true));
  CHECK(corrupted(1, false) != corrupted(2, false));
}

TEST_CASE("clients that are refused at once are accepted and reset") {
  IoFixture t;
  Proxied proxied(t);
  Ends before(proxied);
  proxied.proxy.refuse(Refusal::at_once);

  CHECK(fate(t, proxied.proxy.create_client()) == std::errc::connection_reset);

  CHECK(proxied.proxy.statistic().refused.value() == 1);
  before.send("still there");
  CHECK(before.read(before.server, 11) == "still there");
}

TEST_CASE("a proxy that listens no more refuses connections, and can take them again") {
  IoFixture t;
  Proxied proxied(t);
  const Address address = proxied.proxy.address();
  Ends before(proxied);
  proxied.proxy.refuse(Refusal::closed);

  CHECK(t.get(proxied.proxy.create_client()).error() == std::errc::connection_refused);
  CHECK(proxied.proxy.address() == address);
  before.send("still there");
  CHECK(before.read(before.server, 11) == "still there");

  proxied.proxy.refuse(Refusal::none);
  Ends after(proxied);
  after.send("again");
  CHECK(after.read(after.server, 5) == "again");
}

TEST_CASE("at the bound of connections clients wait in the kernel's queue") {
  IoFixture t;
  Proxied proxied(t, {.max_connections = 1});
  Ends first(proxied);
  auto accepted = proxied.target.accept();
  TcpStream second = t.get(proxied.proxy.create_client()).value();
  CHECK_FALSE(t.poll(accepted));

  first.client.reset();

  CHECK(t.get(std::move(accepted)).has_value());
  CHECK(proxied.proxy.statistic().open.value() == 1);
}

TEST_CASE("an address that cannot be bound is an error") {
  IoFixture t;
  const Listener other = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();

  const auto proxy = TcpProxy::start(t.loop, other.local(), {.listen = other.local()});

  CHECK(proxy.error() == std::errc::address_in_use);
}

TEST_CASE("a proxy may stand between Unix sockets") {
  IoFixture t;
  const std::string name = "unix:@eddy-proxy-" + std::to_string(getpid());
  Listener target = Listener::bind(t.loop, Address::parse(name + "-target").value()).value();
  auto accepted = target.accept();
  TcpProxy proxy =
      TcpProxy::start(t.loop, target.local(), {.listen = Address::parse(name).value()}).value();

  TcpStream client = t.get(proxy.create_client()).value();
  client.write("through");
  TcpStream server = t.get(std::move(accepted)).value();

  CHECK(t.get(server.read()).value() == "through");
}
