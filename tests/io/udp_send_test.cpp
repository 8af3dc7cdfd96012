// SPDX-License-Identifier: MIT
#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

using Texts = std::vector<std::string>;

TEST_CASE("outside of callbacks a datagram leaves at once") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);

  send_all(client, server.local(), {"one", "two"});

  CHECK(client.statistic().sent.value() == 2);
  CHECK(client.statistic().bytes_sent.value() == 6);
  CHECK(client.queued() == 0);
  CHECK(t.get(server.receive()).value().bytes == "one");
}

TEST_CASE("the first datagram of a callback leaves at once, the others when it ends, together") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t, {.offload = false});
  const Address to = server.local();
  std::uint64_t inside = 0;

  in_a_callback(t, [&] {
    send_all(client, to, {"one", "two", "three", "four"});
    inside = client.statistic().sent.value();
  });

  CHECK(inside == 1);
  CHECK(client.statistic().sent.value() == 4);
  CHECK(client.statistic().send_calls.value() == 2);
  CHECK(t.get(server.receive()).value().bytes == "one");
  CHECK(t.get(server.receive()).value().bytes == "two");
}

TEST_CASE("the answers to a batch leave in one call of the kernel") {
  IoFixture t;
  auto server = a_socket(t);
  auto one = a_socket(t);
  auto other = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView& datagram) {
    CHECK(server.send_to(datagram.peer, datagram.bytes));
  };
  server.start(sink);
  send_all(one, server.local(), Texts(5, "ping"));
  send_all(other, server.local(), Texts(5, "pong"));

  t.run_until_idle();

  CHECK(server.statistic().sent.value() == 10);
  CHECK(server.statistic().send_calls.value() == 1);
  CHECK(t.get(one.receive()).value().bytes == "ping");
  CHECK(t.get(other.receive()).value().bytes == "pong");
}

TEST_CASE("equal datagrams to one peer leave as a train, the last of which may be shorter") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;

  in_a_callback(t, [&] {
    send_all(client, server.local(), {"lead", "aaaa", "bbbb", "cc", "dddd", "eeee", "longer"});
  });

  // (aaaa bbbb cc) (dddd eeee) (longer)
  CHECK(calls.sent_messages == std::vector<unsigned>{3});
  CHECK(client.statistic().sent.value() == 7);
}

TEST_CASE("datagrams to different peers never make one train") {
  IoFixture t;
  auto one = a_socket(t);
  auto other = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;

  in_a_callback(t, [&] {
    send_all(client, one.local(), {"lead", "a"});
    send_all(client, other.local(), {"b", "c"});
    send_all(client, one.local(), {"d"});
  });

  CHECK(calls.sent_messages == std::vector<unsigned>{3});
  CHECK(t.get(other.receive()).value().bytes == "b");
}

TEST_CASE("more than a batch leaves in as many calls as it takes, whole and in order") {
  IoFixture t;
  auto server = a_socket(t, {.receive_buffer = 1024 * 1024});
  auto client = a_socket(t, {.offload = false});
  DatagramRecorder sink;
  server.start(sink);
  const auto number = [](int i) {
    return std::to_string(i);
  };

  in_a_callback(t, [&] {
    for (int i = 0; i < 100; ++i)
      CHECK(client.send_to(server.local(), number(i)));
  });

  CHECK(sink.datagrams.size() == 100);
  CHECK(sink.datagrams.front().bytes == number(0));
  CHECK(sink.datagrams[57].bytes == number(57));
  CHECK(sink.datagrams.back().bytes == number(99));
}

TEST_CASE_TEMPLATE("a datagram of no octets is one, alone and among others",
                   Kind,
                   OverIpv4,
                   OverAbstract) {
  IoFixture t;
  auto server = a_socket<Kind>(t);
  auto client = a_socket<Kind>(t);
  DatagramRecorder sink;
  server.start(sink);

  send_all(client, server.local(), {""});
  in_a_callback(t, [&] { send_all(client, server.local(), {"a", "", "", "b"}); });

  CHECK(sink.texts() == Texts{"", "a", "", "", "b"});
}

// hardening 91
TEST_CASE("a datagram of 65,507 octets arrives whole, sent at once and collected") {
  IoFixture t;
  auto server = a_socket(t, {.receive_buffer = 1024 * 1024});
  auto client = a_socket(t, {.send_buffer = 1024 * 1024});
  const std::string largest(UdpSocket::max_size, 'x');
  DatagramRecorder sink;
  server.start(sink);

  in_a_callback(t, [&] { send_all(client, server.local(), {largest, largest, largest}); });

  CHECK(sink.datagrams.size() == 3);
  CHECK(sink.datagrams[0].bytes == largest);
  CHECK(sink.datagrams[2].bytes == largest);
}

TEST_CASE("over IPv6 a datagram has 20 octets more") {
  IoFixture t;
  auto server = a_socket<OverIpv6>(t, {.receive_buffer = 1024 * 1024});
  auto client = a_socket<OverIpv6>(t, {.send_buffer = 1024 * 1024});

  send_all(client, server.local(), {std::string(UdpSocket::max_size + 20, 'x')});

  CHECK(t.get(server.receive()).value().bytes.size() == UdpSocket::max_size + 20);
}

TEST_CASE("a datagram that is too large is refused, and the error says how large and to whom") {
  IoFixture t;
  auto client = a_socket(t);

  const Result<void> sent =
      client.send_to("127.0.0.1:9"_addr, std::string(UdpSocket::max_size + 1, 'x'));

  REQUIRE_FALSE(sent);
  CHECK(sent.error() == std::errc::message_size);
  CHECK(sent.error().context().find("65508 octets to 127.0.0.1:9") != std::string::npos);
}

TEST_CASE("sending without a peer, to no address, or with a closed socket is an error") {
  IoFixture t;
  auto client = a_socket(t);

  CHECK(client.send("x").error() == Errc::invalid);
  CHECK(client.send_to(Address(), "x").error() == Errc::invalid);
  client.close();
  CHECK(client.send_to("127.0.0.1:9"_addr, "x").error() == Errc::closed);
}

TEST_CASE("the answer leaves from the address that was asked") {
  IoFixture t;
  auto server = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr, {.packet_info = true}).value();
  auto client = a_socket(t);
  const Address asked = "127.0.0.5:0"_addr.with_port(server.local().port());
  send_all(client, asked, {"ping"});
  const Datagram ping = t.get(server.receive()).value();
  CHECK(ping.local == asked);
  CHECK(ping.interface != 0);

  CHECK(server.send_from(ping.local, ping.peer, "pong"));

  CHECK(t.get(client.receive()).value().peer == asked);
}

TEST_CASE("datagrams from different addresses never make one train") {
  IoFixture t;
  auto receiver = a_socket(t);
  auto sender = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr).value();
  DatagramRecorder sink;
  receiver.start(sink);

  in_a_callback(t, [&] {
    CHECK(sender.send_from("127.0.0.3:0"_addr, receiver.local(), "one"));
    CHECK(sender.send_from("127.0.0.4:0"_addr, receiver.local(), "two"));
  });

  REQUIRE(sink.datagrams.size() == 2);
  CHECK(sink.datagrams[0].peer.host() == "127.0.0.3");
  CHECK(sink.datagrams[1].peer.host() == "127.0.0.4");
}

TEST_CASE("the answer over IPv6 leaves from the address that was asked") {
  IoFixture t;
  auto server =
      UdpSocket::bind(t.loop, "[::]:0"_addr, {.dual_stack = true, .packet_info = true}).value();
  auto client = a_socket<OverIpv6>(t);
  auto old_client = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView& datagram) {
    CHECK(server.send_from(datagram.local, datagram.peer, "pong"));
  };
  server.start(sink);

  send_all(client, "[::1]:0"_addr.with_port(server.local().port()), {"ping"});
  send_all(old_client, "127.0.0.7:0"_addr.with_port(server.local().port()), {"ping"});

  CHECK(t.get(client.receive()).value().peer.host() == "::1");
  CHECK(t.get(old_client.receive()).value().peer.host() == "127.0.0.7");
}

// The kernel passes over what it cannot use, and sends from any address.
TEST_CASE("an address to send from that is not of the peer's family is refused") {
  IoFixture t;
  auto ipv4 = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr).value();
  auto both = UdpSocket::bind(t.loop, "[::]:0"_addr, {.dual_stack = true}).value();
  auto local = a_socket<OverAbstract>(t);

  CHECK(ipv4.send_from("[::1]:0"_addr, "127.0.0.1:9"_addr, "x").error() == Errc::invalid);
  CHECK(both.send_from("127.0.0.5:0"_addr, "[::1]:9"_addr, "x").error() == Errc::invalid);
  CHECK(both.send_from("[::1]:0"_addr, "[::ffff:127.0.0.1]:9"_addr, "x").error() == Errc::invalid);
  CHECK(local.send_from("127.0.0.5:0"_addr, local.local(), "x").error() == Errc::invalid);
  CHECK(local.send_from(local.local(), local.local(), "x").error() == Errc::invalid);
}

TEST_CASE_TEMPLATE("an IPv4 address to send from may be a v4-mapped one",
                   Kind,
                   OverIpv4,
                   OverIpv6) {
  IoFixture t;
  auto receiver = a_socket(t);
  auto sender =
      UdpSocket::bind(
          t.loop, Kind::address().ipv4() ? "0.0.0.0:0"_addr : "[::]:0"_addr, {.dual_stack = true})
          .value();
  const Address mapped = "[::ffff:127.0.0.8]:0"_addr;

  CHECK(sender.send_from(mapped, receiver.local(), "one"));
  CHECK(sender.send_from(mapped.unmapped(), receiver.local(), "two"));

  CHECK(t.get(receiver.receive()).value().peer.host() == "127.0.0.8");
  CHECK(t.get(receiver.receive()).value().peer.host() == "127.0.0.8");
}
