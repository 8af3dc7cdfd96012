// SPDX-License-Identifier: MIT
//
// Six deaths of a datagram socket: before start, while waiting, inside its own callback, with its
// future kept, after its loop, closed twice.
#include <memory>

#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

using Texts = std::vector<std::string>;

TEST_CASE_TEMPLATE("a datagram socket dies before it is used", Kind, OverIpv4, OverAbstract) {
  IoFixture t;
  { auto socket = a_socket<Kind>(t); }

  t.run_until_idle();

  CHECK(t.loop.statistic().open_handles == 0);
}

TEST_CASE_TEMPLATE("a datagram socket dies while its futures wait, and they fail with closed",
                   Kind,
                   OverIpv4,
                   OverAbstract) {
  IoFixture t;
  auto server = a_socket<Kind>(t);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = ENOBUFS}};
  auto first = server.receive();
  auto second = server.receive();
  send_all(server, server.local(), {"stuck"});
  calls.sendmmsg = {{.error = EAGAIN}};
  auto drained = server.drain();
  CHECK_FALSE(t.poll(first));

  server = {};
  CHECK(first.ready());

  CHECK(t.get(std::move(first)).error() == Errc::closed);
  CHECK(t.get(std::move(second)).error() == Errc::closed);
  CHECK(t.get(std::move(drained)).error() == Errc::closed);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a datagram socket dies inside on_datagram, and the rest of the batch with it") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView&) {
    server = {};
  };
  server.start(sink);

  send_all(client, server.local(), {"one", "two"});
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one"});
}

TEST_CASE("a datagram socket dies with its sink inside a train") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  auto sink = std::make_unique<DatagramRecorder>();
  std::size_t seen = 0;
  sink->when_datagram = [&](const DatagramView&) {
    if (++seen < 2) return;
    server = {};
  };
  server.start(*sink);

  in_a_callback(t, [&] { send_all(client, server.local(), {"lead", "aaa", "bbb", "ccc"}); });
  sink.reset();
  t.run_until_idle();

  CHECK(seen == 2);
}

TEST_CASE("a datagram socket dies inside on_error") {
  IoFixture t;
  auto client = UdpSocket::connect(t.loop, a_socket(t).local()).value();
  DatagramRecorder sink;
  sink.when_error = [&] {
    client = {};
  };
  client.start(sink);
  CHECK(client.send("anybody?"));

  t.run_until_idle();

  CHECK(sink.errors.size() == 1);
  CHECK_FALSE(client.open());
}

TEST_CASE("a datagram socket dies while it gives out what it kept") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView&) {
    server.pause();
  };
  server.start(sink);
  send_all(client, server.local(), {"one", "two", "three"});
  t.run_until_idle();
  sink.when_datagram = [&](const DatagramView&) {
    server = {};
  };

  server.resume();
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one", "two"});
}

TEST_CASE("a datagram socket dies in the continuation of its own receive") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  auto work = server.receive().then([&](Datagram datagram) {
    server = {};
    return std::move(datagram.bytes);
  });

  send_all(client, server.local(), {"last words"});

  CHECK(t.get(std::move(work)).value() == "last words");
}

TEST_CASE("a chain that owns its datagram socket is dropped while it receives") {
  IoFixture t;
  auto socket = std::make_unique<UdpSocket>(a_socket(t));
  auto received = socket->receive();
  auto chain = std::move(received).attach(std::move(socket));
  CHECK_FALSE(t.poll(chain));

  chain = {};
  t.run_until_idle();

  CHECK(t.loop.statistic().open_handles == 0);
}

TEST_CASE("a datagram socket in the middle of everything outlives its loop") {
  auto loop = std::make_unique<Loop>();
  auto socket = UdpSocket::bind(*loop, OverAbstract::address()).value();
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = ENOBUFS}};
  auto received = socket.receive();
  CHECK(socket.send_to(socket.local(), "stuck"));
  auto drained = socket.drain();
  loop->turn();

  loop.reset();

  CHECK_FALSE(received.ready());
  CHECK_FALSE(drained.ready());
  CHECK_FALSE(socket.open());
  CHECK(socket.send_to("127.0.0.1:9"_addr, "late").error() == Errc::closed);
  CHECK(socket.set_peer("127.0.0.1:9"_addr).error() == Errc::closed);
  auto late = socket.receive();
  CHECK(late.ready());
  CHECK(detail::take_result(std::move(late)).error() == Errc::closed);
  socket.resume();
  socket.close();
}

TEST_CASE("a datagram socket is closed twice, and once in its own callback") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView& datagram) {
    server.close();
    server.close();
    CHECK(server.send_to(datagram.peer, "late").error() == Errc::closed);
  };
  server.start(sink);

  send_all(client, server.local(), {"one", "two"});
  t.run_until_idle();
  server.close();

  CHECK(sink.texts() == Texts{"one"});
}
