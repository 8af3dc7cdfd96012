// SPDX-License-Identifier: MIT
//
// Who talks to whom: peers, one and many, and what happens when they are not there.
#include <algorithm>

#include "io/system.hpp"
#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

using Texts = std::vector<std::string>;

namespace {

/// A socket's address, when the socket is gone.
template <class Kind = OverIpv4>
Address nobody(Fixture& t) {
  return a_socket<Kind>(t).local();
}

/// What a socket is bound to, and the kind of its peers.
struct BoundToIpv4 : OverIpv4 {
  using Peer = OverIpv4;
};
struct BoundToIpv6 : OverIpv6 {
  using Peer = OverIpv6;
};
struct BoundToAny {
  using Peer = OverIpv4;
  static Address address() { return "0.0.0.0:0"_addr; }
};

int bind_in_use(int /*descriptor*/, const sockaddr* /*address*/, socklen_t /*size*/) {
  errno = EADDRINUSE;
  return -1;
}

/// As long as it lives each port that somebody names is another's.
class PortsTaken {
 public:
  PortsTaken() : calls_(detail::kernel_calls) {
    calls_.bind = &bind_in_use;
    detail::system_calls = &calls_;
  }
  PortsTaken(const PortsTaken&) = delete;
  PortsTaken& operator=(const PortsTaken&) = delete;
  ~PortsTaken() { detail::system_calls = &detail::kernel_calls; }

 private:
  detail::SystemCalls calls_;
};

}  // namespace

TEST_CASE_TEMPLATE("a socket with a peer sends to it and hears it alone",
                   Kind,
                   OverIpv4,
                   OverIpv6) {
  IoFixture t;
  auto server = a_socket<Kind>(t);
  auto stranger = a_socket<Kind>(t);
  auto client = UdpSocket::connect(t.loop, server.local()).value();
  CHECK(client.peer() == server.local());

  CHECK(client.send("ping"));
  send_all(stranger, client.local(), {"not for you"});
  const Datagram ping = t.get(server.receive()).value();
  CHECK(ping.peer == client.local());
  send_all(server, ping.peer, {"pong"});

  CHECK(t.get(client.receive()).value().bytes == "pong");
}

TEST_CASE("a Unix socket that was given no name can be answered") {
  IoFixture t;
  auto server = a_socket<OverAbstract>(t);
  auto client = UdpSocket::connect(t.loop, server.local()).value();

  CHECK(client.send("ping"));
  const Datagram ping = t.get(server.receive()).value();
  CHECK(server.send_to(ping.peer, "pong"));

  CHECK(ping.peer.abstract());
  CHECK(t.get(client.receive()).value().bytes == "pong");
}

TEST_CASE("a peer can be changed and given up") {
  IoFixture t;
  auto one = a_socket(t);
  auto other = a_socket(t);
  auto client = UdpSocket::connect(t.loop, one.local()).value();

  CHECK(client.set_peer(other.local()));
  CHECK(client.send("to the other"));
  CHECK(t.get(other.receive()).value().bytes == "to the other");
  CHECK(client.set_peer(Address()));

  CHECK_FALSE(client.peer());
  CHECK(client.send("to whom").error() == Errc::invalid);
  send_all(client, one.local(), {"to anybody"});
  CHECK(t.get(one.receive()).value().bytes == "to anybody");
}

TEST_CASE_TEMPLATE("a socket keeps the port that the kernel chose when it gives its peer up",
                   Kind,
                   BoundToIpv4,
                   BoundToIpv6,
                   BoundToAny) {
  IoFixture t;
  auto socket = a_socket<Kind>(t);
  auto peer = a_socket<typename Kind::Peer>(t);
  const Address bound = socket.local();

  CHECK(socket.set_peer(Address()));
  CHECK(socket.local() == bound);
  CHECK(socket.set_peer(peer.local()));
  CHECK(socket.set_peer(Address()));

  CHECK(socket.local() == bound);
  auto answer = socket.receive();
  send_all(peer, peer.local().with_port(bound.port()), {"an answer"});
  CHECK(t.poll(answer));
}

TEST_CASE("a socket whose port was taken while it gave its peer up says so") {
  IoFixture t;
  auto peer = a_socket(t);
  auto socket = UdpSocket::connect(t.loop, peer.local()).value();
  const std::string address = socket.local().to_string();
  const PortsTaken meanwhile;

  const auto given_up = socket.set_peer(Address());

  CHECK(given_up.error() == std::errc::address_in_use);
  CHECK(given_up.error().context().find(address.substr(address.rfind(':'))) != std::string::npos);
  CHECK_FALSE(socket.peer());
}

TEST_CASE("what waits for a peer is sent to that one, whoever is the peer by then") {
  IoFixture t;
  auto one = a_socket(t);
  auto other = a_socket(t);
  auto client = UdpSocket::connect(t.loop, one.local()).value();
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = ENOBUFS}};
  CHECK(client.send("a secret of one"));
  CHECK(client.send("another"));

  CHECK(client.set_peer(other.local()));
  CHECK(client.send("for the other"));
  t.clock.advance(UdpSocket::back_off);

  CHECK(t.get(other.receive()).value().bytes == "for the other");
  CHECK(t.get(one.receive()).value().bytes == "a secret of one");
  CHECK(t.get(one.receive()).value().bytes == "another");
}

TEST_CASE("what was collected for a peer is sent to that one, and not lost without one") {
  IoFixture t;
  auto one = a_socket(t);
  auto client = UdpSocket::connect(t.loop, one.local()).value();

  in_a_callback(t, [&] {
    CHECK(client.send("at once"));
    CHECK(client.send("collected"));
    CHECK(client.set_peer(Address()));
  });

  CHECK(t.get(one.receive()).value().bytes == "at once");
  CHECK(t.get(one.receive()).value().bytes == "collected");
}

// hardening 90
TEST_CASE("a peer whose address changes is answered where each datagram came from") {
  IoFixture t;
  auto server = a_socket(t);
  auto before = a_socket(t);
  auto after = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView& datagram) {
    CHECK(server.send_to(datagram.peer, datagram.bytes));
  };
  server.start(sink);

  send_all(before, server.local(), {"session 7: one"});
  send_all(after, server.local(), {"session 7: two"});
  send_all(before, server.local(), {"session 7: three"});
  t.run_until_idle();

  CHECK(sink.datagrams[0].peer == before.local());
  CHECK(sink.datagrams[1].peer == after.local());
  CHECK(sink.datagrams[2].peer == before.local());
  CHECK(t.get(after.receive()).value().bytes == "session 7: two");
  CHECK(t.get(before.receive()).value().bytes == "session 7: one");
  CHECK(t.get(before.receive()).value().bytes == "session 7: three");
}

// hardening 91
TEST_CASE("that a peer is not there is told to the sink, and does not stop it") {
  IoFixture t;
  const Address address = nobody(t);
  auto client = UdpSocket::connect(t.loop, address).value();
  DatagramRecorder sink;
  client.start(sink);
  CHECK(client.send("anybody?"));
  t.run_until_idle();
  REQUIRE(sink.errors.size() == 1);
  CHECK(sink.errors[0] == std::errc::connection_refused);
  CHECK(client.statistic().unreachable.value() == 1);

  auto server = UdpSocket::bind(t.loop, address).value();
  send_all(server, client.local(), {"here I am"});
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"here I am"});
}

// hardening 91
TEST_CASE("that a peer is not there fails one receive, and the next one gets what comes") {
  IoFixture t;
  const Address address = nobody(t);
  auto client = UdpSocket::connect(t.loop, address).value();
  auto answer = client.receive();
  CHECK(client.send("anybody?"));

  CHECK(t.get(std::move(answer)).error() == std::errc::connection_refused);
  auto server = UdpSocket::bind(t.loop, address).value();
  send_all(server, client.local(), {"here I am"});

  CHECK(t.get(client.receive()).value().bytes == "here I am");
}

// hardening 91
TEST_CASE("that a peer was not there fails the next send if nobody receives") {
  IoFixture t;
  auto client = UdpSocket::connect(t.loop, nobody(t)).value();
  CHECK(client.send("anybody?"));

  const Result<void> next = client.send("hello?");

  CHECK(next.error() == std::errc::connection_refused);
  CHECK(next.error().context().find("nobody receives there") != std::string::npos);
  CHECK(client.statistic().unreachable.value() == 1);
  CHECK(client.send("again"));
}

TEST_CASE("that a peer is not there while several are sent together takes none of them away") {
  IoFixture t;
  auto client = UdpSocket::connect(t.loop, nobody(t), {.offload = false}).value();

  in_a_callback(t, [&] {
    CHECK(client.send("one"));
    CHECK(client.send("two"));
    CHECK(client.send("three"));
    CHECK(client.send("four"));
  });

  CHECK(client.statistic().sent.value() == 4);
  CHECK(client.statistic().failed.value() == 0);
}

TEST_CASE("the errors of a socket with a peer name the peer") {
  IoFixture t;
  const Address gone = nobody(t);
  auto client = UdpSocket::connect(t.loop, gone).value();
  const std::string whom = gone.to_string() + " (nobody receives there)";
  auto answer = client.receive();

  CHECK(client.send("anybody?"));
  const Error received = t.get(std::move(answer)).error();
  CHECK(client.send("anybody?"));
  const Error sent = client.send("hello?").error();

  CHECK(received.context() == "receive a datagram from " + whom);
  CHECK(sent.context() == "send 6 octets to " + whom);
}

// hardening 91
TEST_CASE("a server goes on when those it answered are gone") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);

  send_all(server, nobody(t), {"nobody is there", "nobody is there"});
  t.run_until_idle();
  send_all(client, server.local(), {"but I am"});
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"but I am"});
  CHECK(sink.errors.empty());
}

TEST_CASE("sending to a Unix socket that is gone is an error that says so") {
  IoFixture t;
  auto client = a_socket<OverAbstract>(t);

  const Result<void> sent = client.send_to(nobody<OverAbstract>(t), "x");

  CHECK(sent.error() == std::errc::connection_refused);
  CHECK(sent.error().context().find("nobody receives there") != std::string::npos);
  CHECK(client.statistic().failed.value() == 1);
}

// hardening 89
TEST_CASE("a dual-stack socket has IPv4 peers as v4-mapped ones, which compare once unmapped") {
  IoFixture t;
  auto server = UdpSocket::bind(t.loop, "[::]:0"_addr, {.dual_stack = true}).value();
  auto client = a_socket(t);
  send_all(client, "127.0.0.1:0"_addr.with_port(server.local().port()), {"ping"});

  const Datagram ping = t.get(server.receive()).value();
  send_all(server, ping.peer, {"pong"});

  CHECK(ping.peer.ipv6());
  CHECK_FALSE(ping.peer == client.local());
  CHECK(ping.peer.unmapped() == client.local());
  CHECK(t.get(client.receive()).value().bytes == "pong");
}

// hardening 89
TEST_CASE("an IPv6 socket leaves IPv4 to others unless asked") {
  IoFixture t;
  auto ipv6 = UdpSocket::bind(t.loop, "[::]:0"_addr).value();

  auto ipv4 = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr.with_port(ipv6.local().port()));

  CHECK(ipv4);
}

TEST_CASE("a socket that is moved goes on, and an empty one is closed") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);
  UdpSocket moved = std::move(server);
  server = a_socket(t);

  send_all(client, moved.local(), {"hello"});
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"hello"});
  const UdpSocket empty;
  CHECK_FALSE(empty.open());
  CHECK_FALSE(empty.local());
  CHECK(empty.native_handle() == -1);
}

TEST_CASE("the statistic names all its fields") {
  IoFixture t;
  auto socket = a_socket(t);
  int fields = 0;
  bool zero = true;

  socket.statistic().visit([&](const char*, const Counter& counter) {
    ++fields;
    zero = zero && counter.value() == 0;
  });

  CHECK(fields == 12);
  CHECK(zero);
}
