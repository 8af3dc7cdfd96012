// SPDX-License-Identifier: MIT
#include <eddy/core/task_group.hpp>

#include <unistd.h>

#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

using Texts = std::vector<std::string>;

namespace {

/// Sends one octet to a Unix socket, and `passed` with it.
void pass_descriptor(int from, const Address& to, int passed) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof passed)]{};
  char octet = 'x';
  iovec part{&octet, 1};
  Address name = to;
  msghdr message{};
  message.msg_name = const_cast<void*>(name.data());  // NOLINT: it is only read
  message.msg_namelen = static_cast<socklen_t>(name.size());
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof passed);
  std::copy_n(reinterpret_cast<const char*>(&passed), sizeof passed, CMSG_DATA(header));  // NOLINT
  REQUIRE(sendmsg(from, &message, 0) == 1);
}

}  // namespace

TEST_CASE_TEMPLATE(
    "a sink gets what was sent, and from whom", Kind, OverIpv4, OverIpv6, OverAbstract) {
  IoFixture t;
  auto server = a_socket<Kind>(t);
  auto client = a_socket<Kind>(t);
  DatagramRecorder sink;
  server.start(sink);

  send_all(client, server.local(), {"one", "two"});
  CHECK(sink.texts().empty());
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one", "two"});
  CHECK(sink.datagrams[0].peer == client.local());
  CHECK_FALSE(sink.datagrams[0].truncated);
  CHECK(server.statistic().received.value() == 2);
  CHECK(server.statistic().bytes_received.value() == 6);
}

TEST_CASE_TEMPLATE("datagrams are received one by one, in the order in which they were asked for",
                   Kind,
                   OverIpv4,
                   OverIpv6,
                   OverAbstract) {
  IoFixture t;
  auto server = a_socket<Kind>(t);
  auto client = a_socket<Kind>(t);
  auto first = server.receive();
  auto second = server.receive();
  CHECK_FALSE(t.poll(first));

  send_all(client, server.local(), {"one", "two", "three"});

  CHECK(t.get(std::move(first)).value().bytes == "one");
  CHECK(t.get(std::move(second)).value().bytes == "two");
  CHECK(t.get(server.receive()).value().bytes == "three");
}

TEST_CASE("a Unix peer is told from one whose name begins alike") {
  IoFixture t;
  auto server = a_socket<OverAbstract>(t);
  const Address name = OverAbstract::address();
  const Address longer = Address::parse(name.to_string() + "-and-more").value();
  auto one = UdpSocket::bind(t.loop, longer).value();
  auto other = UdpSocket::bind(t.loop, name).value();

  send_all(one, server.local(), {"x"});
  send_all(other, server.local(), {"x"});

  CHECK(t.get(server.receive()).value().peer == longer);
  CHECK(t.get(server.receive()).value().peer == name);
}

TEST_CASE("a batch is received in one call of the kernel") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);
  send_all(client, server.local(), Texts(20, "x"));

  t.run_until_idle();

  CHECK(sink.datagrams.size() == 20);
  CHECK(server.statistic().receive_calls.value() == 1);
}

// The original lost 44 of them.
TEST_CASE("of 300 datagrams none is lost while the kernel has room for them") {
  IoFixture t;
  auto server = a_socket(t, {.receive_buffer = 1024 * 1024});
  auto client = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);
  send_all(client, server.local(), Texts(150, "first"));
  send_all(client, server.local(), Texts(150, "second"));

  t.run_until_idle();

  CHECK(sink.datagrams.size() == 300);
  CHECK(sink.datagrams.back().bytes == "second");
  CHECK(server.statistic().kernel_dropped.value() == 0);
}

TEST_CASE("what the kernel had no room for is counted as soon as it tells") {
  IoFixture t;
  auto server = a_socket(t, {.receive_buffer = 4096});
  auto client = a_socket(t);
  DatagramRecorder sink;
  send_all(client, server.local(), Texts(50, std::string(1000, 'x')));
  server.start(sink);
  t.run_until_idle();
  const std::size_t received = sink.datagrams.size();
  CHECK(received < 50);

  send_all(client, server.local(), {"later", "and later"});
  t.run_until_idle();

  CHECK(server.statistic().kernel_dropped.value() == 50 - received);
}

TEST_CASE("a sink that pauses in the middle of a batch gets the rest when it resumes") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView& datagram) {
    if (datagram.bytes == "two") server.pause();
  };
  server.start(sink);
  send_all(client, server.local(), {"one", "two", "three", "four"});
  t.run_until_idle();
  send_all(client, server.local(), {"five"});
  t.run_until_idle();
  CHECK(sink.texts() == Texts{"one", "two"});

  server.resume();
  CHECK(sink.texts() == Texts{"one", "two"});
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one", "two", "three", "four", "five"});
}

TEST_CASE("what a sink left of a batch when it was stopped can be received") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView&) {
    server.stop();
  };
  server.start(sink);
  send_all(client, server.local(), {"one", "two", "three"});
  t.run_until_idle();
  CHECK(sink.texts() == Texts{"one"});

  CHECK(t.get(server.receive()).value().bytes == "two");
  DatagramRecorder next;
  server.start(next);
  t.run_until_idle();

  CHECK(next.texts() == Texts{"three"});
}

TEST_CASE("a sink and receive() exclude each other") {
  IoFixture t;
  auto server = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);

  CHECK(t.get(server.receive()).error() == Errc::invalid);
}

TEST_CASE("a receive that is dropped or cancelled takes nothing") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  TaskGroup group(t.loop);
  std::ignore = server.receive();
  Task task = group.spawn("reader", server.receive().then([](const Datagram&) {}));
  auto last = server.receive();
  t.run_until_idle();
  task.cancel();
  t.run_until_idle();

  send_all(client, server.local(), {"one"});

  CHECK(t.get(std::move(last)).value().bytes == "one");
}

TEST_CASE("a socket that nobody reads does not keep the loop running") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  send_all(client, server.local(), {"one"});
  CHECK(t.get(server.receive()));
  t.loop.run();
  send_all(client, server.local(), {"two"});

  t.loop.run();

  CHECK(t.get(server.receive()).value().bytes == "two");
}

TEST_CASE("finish_receiving gives out what has arrived, then nothing more, and sending goes on") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);
  send_all(client, server.local(), {"one", "two"});

  server.finish_receiving();
  CHECK(sink.texts() == Texts{"one", "two"});
  send_all(client, server.local(), {"late"});
  t.run_until_idle();
  send_all(server, client.local(), {"answer"});

  CHECK(sink.texts() == Texts{"one", "two"});
  CHECK(t.get(client.receive()).value().bytes == "answer");
}

TEST_CASE("inside of its sink, finish_receiving gives out the batch and nothing more") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView&) {
    send_all(client, server.local(), {"late"});
    server.finish_receiving();
  };
  server.start(sink);
  send_all(client, server.local(), {"one", "two"});
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one", "two"});
}

TEST_CASE("who waits for a datagram when receiving is over is told, and so is who asks later") {
  IoFixture t;
  auto server = a_socket(t);
  auto waiting = server.receive();
  CHECK_FALSE(t.poll(waiting));

  server.finish_receiving();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(t.get(server.receive()).error() == Errc::closed);
  CHECK(server.open());
}

TEST_CASE("what a sink left can be received after finish_receiving, then it is over") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  sink.when_datagram = [&](const DatagramView&) {
    server.stop();
    server.finish_receiving();
  };
  server.start(sink);
  send_all(client, server.local(), {"one", "two"});
  t.run_until_idle();

  CHECK(t.get(server.receive()).value().bytes == "two");
  CHECK(t.get(server.receive()).error() == Errc::closed);
}

// A sender could use up all descriptors of the receiver.
TEST_CASE("descriptors that come with a Unix datagram are not taken, before and after others") {
  IoFixture t;  // counts descriptors
  auto server = a_socket<OverAbstract>(t);
  auto client = a_socket<OverAbstract>(t);
  DatagramRecorder sink;
  server.start(sink);

  pass_descriptor(client.native_handle(), server.local(), STDERR_FILENO);
  pass_descriptor(client.native_handle(), server.local(), STDERR_FILENO);
  t.run_until_idle();
  pass_descriptor(client.native_handle(), server.local(), STDERR_FILENO);
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"x", "x", "x"});
  CHECK_FALSE(sink.datagrams[0].truncated);
}

TEST_CASE("a Unix socket does not spoil what others of its loop are told of datagrams") {
  IoFixture t;
  auto unix_server = a_socket<OverAbstract>(t);
  auto server = a_socket(t, {.packet_info = true});
  auto client = a_socket(t);
  DatagramRecorder unix_sink;
  DatagramRecorder sink;
  unix_server.start(unix_sink);
  server.start(sink);
  send_all(unix_server, unix_server.local(), Texts(3, "x"));
  t.run_until_idle();

  send_all(client, server.local(), {"one", "two", "three"});
  t.run_until_idle();

  CHECK(unix_sink.datagrams.size() == 3);
  REQUIRE(sink.datagrams.size() == 3);
  CHECK(sink.datagrams[2].local == server.local());
}

TEST_CASE("a train of datagrams is given out one by one") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  DatagramRecorder sink;
  server.start(sink);
  const Texts sent{"aaaa", "bbbb", "cccc", "dd"};
  in_a_callback(t, [&] { send_all(client, server.local(), {"first"}); });
  in_a_callback(t, [&] {
    send_all(client, server.local(), {"lead"});
    send_all(client, server.local(), sent);
  });

  CHECK(sink.texts() == Texts{"first", "lead", "aaaa", "bbbb", "cccc", "dd"});
  CHECK(server.statistic().received.value() == 6);
}

TEST_CASE("a Unix datagram larger than the buffer is cut, and says so") {
  IoFixture t;
  auto server = a_socket<OverAbstract>(t);
  auto client = a_socket<OverAbstract>(t);

  send_all(client, server.local(), {std::string(70'000, 'x')});
  const Datagram got = t.get(server.receive()).value();

  CHECK(got.truncated);
  CHECK(got.bytes.size() == 65'536);
  CHECK(server.statistic().truncated.value() == 1);
}
