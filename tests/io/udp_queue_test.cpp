// SPDX-License-Identifier: MIT
//
// hardening 92: what the kernel refuses waits, within limits, and the loop goes on.
#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

using Texts = std::vector<std::string>;
using Steps = std::deque<ScriptedDatagramCalls::Step>;

TEST_CASE("what the kernel refuses for now waits and leaves in order") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = EAGAIN}};

  send_all(client, server.local(), {"one", "two", "three"});
  CHECK(client.queued() == 3);
  CHECK(client.queued_bytes() == 11);
  CHECK(client.statistic().deferred.value() == 1);
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one", "two", "three"});
  CHECK(client.queued() == 0);
}

TEST_CASE_TEMPLATE_DEFINE("a kernel without memory is asked again later, not at once",
                          Number,
                          shortages) {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = Number::value}};
  calls.sendmmsg = {{.error = Number::value}};
  auto answer = server.receive();
  send_all(client, server.local(), {"one"});
  CHECK_FALSE(t.poll(answer));
  CHECK(calls.sent_messages.empty());

  t.clock.advance(UdpSocket::back_off);
  CHECK(calls.sent_messages.size() == 1);
  CHECK_FALSE(t.poll(answer));
  t.clock.advance(UdpSocket::back_off);

  CHECK(t.get(std::move(answer)).value().bytes == "one");
}
TEST_CASE_TEMPLATE_INVOKE(shortages,
                          std::integral_constant<int, ENOBUFS>,
                          std::integral_constant<int, ENOMEM>);

TEST_CASE("the queue has a limit of datagrams, at which the newest is refused and counted") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t, {.max_queued = 2});
  DatagramRecorder sink;
  server.start(sink);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = EAGAIN}};
  send_all(client, server.local(), {"one", "two"});

  const Result<void> third = client.send_to(server.local(), "three");
  t.run_until_idle();

  CHECK(third.error() == Errc::overloaded);
  CHECK(client.statistic().dropped.value() == 1);
  CHECK(sink.texts() == Texts{"one", "two"});
}

TEST_CASE("the queue has a limit of octets") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t, {.max_queued_bytes = 10});
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = EAGAIN}};
  send_all(client, server.local(), {"12345678"});

  CHECK(client.send_to(server.local(), "123").error() == Errc::overloaded);
  CHECK(client.send_to(server.local(), "12"));

  CHECK(client.queued_bytes() == 10);
}

TEST_CASE("the queue may drop the oldest instead") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t, {.max_queued = 2, .overflow = UdpOverflow::drop_oldest});
  DatagramRecorder sink;
  server.start(sink);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = EAGAIN}};

  send_all(client, server.local(), {"one", "two", "three", "four"});
  t.run_until_idle();

  CHECK(client.statistic().dropped.value() == 2);
  CHECK(sink.texts() == Texts{"three", "four"});
}

TEST_CASE("one that would not fit into an empty queue is refused, and takes no older one away") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t, {.max_queued_bytes = 4, .overflow = UdpOverflow::drop_oldest});
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = EAGAIN}};
  send_all(client, server.local(), {"one"});

  CHECK(client.send_to(server.local(), "larger").error() == Errc::overloaded);

  CHECK(client.statistic().dropped.value() == 1);
  CHECK(t.get(server.receive()).value().bytes == "one");
}

TEST_CASE("what is merely collected is no overload") {
  IoFixture t;
  auto server = a_socket(t, {.receive_buffer = 1024 * 1024});
  auto client = a_socket(t, {.max_queued = 4});
  DatagramRecorder sink;
  server.start(sink);

  in_a_callback(t, [&] { send_all(client, server.local(), Texts(50, "x")); });

  CHECK(sink.datagrams.size() == 50);
  CHECK(client.statistic().dropped.value() == 0);
}

TEST_CASE("without a queue each datagram leaves at once or is refused") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t, {.max_queued = 0});
  DatagramRecorder sink;
  server.start(sink);
  ScriptedDatagramCalls calls;
  calls.sendto = {{}, {}, {.error = EAGAIN}};
  Result<void> third;

  in_a_callback(t, [&] {
    send_all(client, server.local(), {"one", "two"});
    third = client.send_to(server.local(), "three");
  });
  send_all(client, server.local(), {"four"});
  t.run_until_idle();

  CHECK(third.error() == Errc::overloaded);
  CHECK(sink.texts() == Texts{"one", "two", "four"});
  CHECK(client.statistic().dropped.value() == 1);
}

TEST_CASE("without a queue one from a chosen address leaves at once or is refused, too") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr, {.max_queued = 0}).value();
  const Address from = "127.0.0.6:0"_addr;
  ScriptedDatagramCalls calls;
  calls.sendmmsg = {{}, {.error = EAGAIN}};

  CHECK(client.send_from(from, server.local(), "one"));
  CHECK(client.send_from(from, server.local(), "two").error() == Errc::overloaded);

  CHECK(t.get(server.receive()).value().peer.host() == "127.0.0.6");
  CHECK(client.queued() == 0);
  CHECK(client.statistic().dropped.value() == 1);
}

TEST_CASE("a call that takes some of a batch is followed by one for the rest") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t, {.offload = false});
  DatagramRecorder sink;
  server.start(sink);
  ScriptedDatagramCalls calls;
  calls.sendmmsg = {{.at_most = 2}, {.error = EAGAIN}, {.at_most = 1}};

  in_a_callback(t, [&] { send_all(client, server.local(), {"0", "1", "2", "3", "4", "5"}); });

  CHECK(calls.sent_messages == std::vector<unsigned>{5, 3, 3, 2});
  CHECK(sink.texts() == Texts{"0", "1", "2", "3", "4", "5"});
}

TEST_CASE("one that cannot be sent is counted and told, and those behind it leave") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t, {.offload = false});
  DatagramRecorder received;
  DatagramRecorder told;
  server.start(received);
  client.start(told);
  ScriptedDatagramCalls calls;
  calls.sendmmsg = {{.at_most = 1}, {.error = EHOSTUNREACH}};

  in_a_callback(t, [&] { send_all(client, server.local(), {"0", "1", "2", "3"}); });

  CHECK(received.texts() == Texts{"0", "1", "3"});
  CHECK(client.statistic().failed.value() == 1);
  REQUIRE(told.errors.size() == 1);
  CHECK(told.errors[0] == std::errc::host_unreachable);
  CHECK(told.errors[0].context().find("there is no route to it") != std::string::npos);
}

TEST_CASE("errors beyond a number are counted and not told") {
  IoFixture t;
  auto client = a_socket(t, {.offload = false});
  DatagramRecorder told;
  client.start(told);
  ScriptedDatagramCalls calls;
  calls.sendmmsg = Steps(40, {.error = EHOSTUNREACH});

  in_a_callback(t, [&] { send_all(client, "127.0.0.1:9"_addr, Texts(41, "x")); });

  CHECK(client.statistic().failed.value() == 40);
  CHECK(told.errors.size() == UdpSocket::errors_per_scope);
}

TEST_CASE("a sink that sends on at each error does not hold up the loop") {
  IoFixture t;
  auto client = a_socket(t, {.offload = false});
  const auto send_three = [&client] {
    send_all(client, "127.0.0.1:9"_addr, {"at once", "collected", "collected"});
  };
  DatagramRecorder told;
  told.when_error = send_three;
  client.start(told);
  ScriptedDatagramCalls calls;
  calls.sendmmsg = Steps(1000, {.error = EHOSTUNREACH});

  CHECK(t.get(t.loop.next_turn().then(send_three)));
  CHECK(t.get(t.loop.next_turn()));
  CHECK(t.get(t.loop.next_turn()));

  CHECK(client.statistic().failed.value() >= 2);
  CHECK(client.statistic().failed.value() < 100);
}

TEST_CASE_TEMPLATE_DEFINE("trains that are refused leave as single datagrams", Number, no_trains) {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);
  ScriptedDatagramCalls calls;
  calls.sendmmsg = {{.error = Number::value}};

  in_a_callback(t, [&] { send_all(client, server.local(), {"lead", "aaaa", "bbbb", "cccc"}); });
  in_a_callback(t, [&] { send_all(client, server.local(), {"lead", "dddd", "eeee"}); });

  CHECK(calls.sent_messages == std::vector<unsigned>{1, 3, 2});
  CHECK(sink.texts() == Texts{"lead", "aaaa", "bbbb", "cccc", "lead", "dddd", "eeee"});
  CHECK(client.statistic().failed.value() == 0);
}
TEST_CASE_TEMPLATE_INVOKE(no_trains,
                          std::integral_constant<int, EINVAL>,
                          std::integral_constant<int, EMSGSIZE>,
                          std::integral_constant<int, EIO>);

// Anybody can be such a peer: it sends from port 0.
TEST_CASE("a peer to whom nothing can be sent does not take the trains from the others") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;

  in_a_callback(t, [&] {
    send_all(client, server.local(), {"lead"});
    send_all(client, "127.0.0.1:0"_addr, {"aaaa", "aaaa", "aaaa"});
    send_all(client, server.local(), {"bbbb", "bbbb", "bbbb"});
  });

  CHECK(client.statistic().failed.value() == 3);
  CHECK(calls.sent_messages.back() == 1);  // (bbbb bbbb bbbb)
  CHECK(client.statistic().sent.value() == 4);
}

TEST_CASE("a Unix receiver that is slow holds the sender up, who loses nothing and does not spin") {
  IoFixture t;
  auto server = a_socket<OverAbstract>(t);
  auto client = a_socket<OverAbstract>(t);
  send_all(client, server.local(), Texts(600, "x"));
  CHECK(client.queued() > 0);
  auto drained = client.drain();
  const std::uint64_t calls = client.statistic().send_calls.value();
  t.run_until_idle();
  t.run_until_idle();
  CHECK(client.statistic().send_calls.value() <= calls + 1);
  CHECK_FALSE(t.poll(drained));

  DatagramRecorder sink;
  server.start(sink);
  t.clock.advance(UdpSocket::back_off * 600);

  CHECK(sink.datagrams.size() == 600);
  CHECK(t.get(std::move(drained)));
}

TEST_CASE("drain resolves when nothing waits, and fails when the socket is closed") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = EAGAIN}};
  calls.sendmmsg = {{.error = ENOBUFS}, {.error = ENOBUFS}};
  CHECK(t.get(client.drain()));
  send_all(client, server.local(), {"one"});
  auto drained = client.drain();
  auto dropped = client.drain();
  CHECK_FALSE(t.poll(drained));
  dropped = {};

  client.close();

  CHECK(t.get(std::move(drained)).error() == Errc::closed);
  CHECK(t.get(client.drain()).error() == Errc::closed);
  CHECK(client.statistic().dropped.value() == 1);
}

TEST_CASE("closing sends what was collected") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);

  in_a_callback(t, [&] {
    send_all(client, server.local(), {"one", "two", "three"});
    client = {};
  });

  CHECK(t.get(server.receive()).value().bytes == "one");
  CHECK(t.get(server.receive()).value().bytes == "two");
  CHECK(t.get(server.receive()).value().bytes == "three");
}

TEST_CASE("closing tries once more to send what the kernel had refused") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = ENOBUFS}};
  send_all(client, server.local(), {"one", "two"});

  client.close();

  CHECK(t.get(server.receive()).value().bytes == "one");
  CHECK(t.get(server.receive()).value().bytes == "two");
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("receiving goes on while sending waits for memory") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = ENOBUFS}};
  send_all(server, client.local(), {"stuck"});
  auto ping = server.receive();

  send_all(client, server.local(), {"ping"});

  CHECK(t.get(std::move(ping)).value().bytes == "ping");
  CHECK(server.queued() == 1);
}
