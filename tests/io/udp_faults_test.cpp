// SPDX-License-Identifier: MIT
//
// What system calls that fail or are interrupted do to a datagram socket.
#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

using Texts = std::vector<std::string>;

namespace {

int interruptions = 0;

/// Calls `call`, but for every first time of two, which fails with EINTR.
template <auto call, class Result, class... Args>
Result every_other(Args... args) {
  static bool interrupt = false;
  interrupt = !interrupt;
  if (!interrupt) return call(args...);
  ++interruptions;
  errno = EINTR;
  return -1;
}

constexpr detail::DatagramCalls interrupted_calls{
    .sendto = &every_other<&::sendto,
                           ssize_t,
                           int,
                           const void*,
                           std::size_t,
                           int,
                           const sockaddr*,
                           socklen_t>,
    .sendmmsg = &every_other<&::sendmmsg, int, int, mmsghdr*, unsigned, int>,
    .recvmmsg = &every_other<&::recvmmsg, int, int, mmsghdr*, unsigned, int, timespec*>,
    .setsockopt = &every_other<&::setsockopt, int, int, int, int, const void*, socklen_t>,
};

class Interrupted {
 public:
  Interrupted() {
    interruptions = 0;
    detail::datagram_calls = &interrupted_calls;
  }
  Interrupted(const Interrupted&) = delete;
  Interrupted& operator=(const Interrupted&) = delete;
  ~Interrupted() { detail::datagram_calls = &detail::kernel_datagram_calls; }
};

}  // namespace

// hardening 85
TEST_CASE_TEMPLATE("signals during the calls for datagrams have no effect",
                   Kind,
                   OverIpv4,
                   OverIpv6,
                   OverAbstract) {
  IoFixture t;
  const Interrupted interrupted;
  auto server = a_socket<Kind>(t, {.packet_info = true, .receive_ecn = true});
  auto client = a_socket<Kind>(t);
  DatagramRecorder sink;
  server.start(sink);

  in_a_callback(t, [&] { send_all(client, server.local(), {"one", "two", "three"}); });

  CHECK(sink.texts() == Texts{"one", "two", "three"});
  CHECK(interruptions >= 3);
}

// hardening 81, for datagrams
TEST_CASE_TEMPLATE_DEFINE("a shortage of the kernel makes receiving rest, once",
                          Number,
                          shortages) {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.recvmmsg = {{.error = Number::value}};
  DatagramRecorder sink;
  server.start(sink);
  send_all(client, server.local(), {"one"});
  t.run_until_idle();
  CHECK(sink.texts().empty());
  CHECK(server.statistic().receive_calls.value() == 1);
  REQUIRE(sink.errors.size() == 1);
  CHECK(sink.errors[0].code().value() == Number::value);

  t.clock.advance(UdpSocket::back_off);

  CHECK(sink.texts() == Texts{"one"});
}
TEST_CASE_TEMPLATE_INVOKE(shortages,
                          std::integral_constant<int, ENOMEM>,
                          std::integral_constant<int, ENOBUFS>,
                          std::integral_constant<int, EINVAL>);

TEST_CASE_TEMPLATE_DEFINE("what the network says of earlier datagrams does not stop the receiver",
                          Number,
                          messages) {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.recvmmsg = {{.error = Number::value}, {.error = Number::value}};
  DatagramRecorder sink;
  server.start(sink);
  send_all(client, server.local(), {"one"});

  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one"});
  CHECK(sink.errors.size() == 2);
  CHECK(server.statistic().unreachable.value() == 2);
}
TEST_CASE_TEMPLATE_INVOKE(messages,
                          std::integral_constant<int, ECONNREFUSED>,
                          std::integral_constant<int, EHOSTUNREACH>,
                          std::integral_constant<int, ENETUNREACH>,
                          std::integral_constant<int, EMSGSIZE>,
                          std::integral_constant<int, EPROTO>);

TEST_CASE("a poll that lied costs nothing") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.recvmmsg = {{.error = EAGAIN}};
  DatagramRecorder sink;
  server.start(sink);
  send_all(client, server.local(), {"one"});

  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one"});
  CHECK(sink.errors.empty());
}

TEST_CASE("a batch that comes in pieces is received in order") {
  IoFixture t;
  auto server = a_socket(t);
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.recvmmsg = {{.at_most = 1}, {.at_most = 2}};
  DatagramRecorder sink;
  server.start(sink);

  send_all(client, server.local(), {"one", "two", "three", "four"});
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"one", "two", "three", "four"});
}

TEST_CASE("a send that fails is an error with its cause and its cure") {
  IoFixture t;
  auto client = a_socket(t);
  ScriptedDatagramCalls calls;
  calls.sendto = {{.error = ENETUNREACH}};

  const Result<void> sent = client.send_to("127.0.0.1:9"_addr, "four");

  CHECK(sent.error() == std::errc::network_unreachable);
  CHECK(sent.error().context() == "send 4 octets to 127.0.0.1:9 (there is no route to it)");
  CHECK(client.statistic().failed.value() == 1);
}
