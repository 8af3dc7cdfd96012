// SPDX-License-Identifier: MIT
//
// Groups, on the loopback interface.
#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

using Texts = std::vector<std::string>;

namespace {

constexpr Address group = "239.255.77.1:0"_addr;
constexpr Address group_v6 = "[ff01::77:1]:0"_addr;

bool says(const Error& error, std::string_view text) {
  CAPTURE(error.message());
  return error.message().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("what is sent to a group reaches its members until they leave") {
  IoFixture t;
  auto member = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr).value();
  auto sender = a_socket(t, {.multicast_interface = "lo"});
  const Address to = group.with_port(member.local().port());
  DatagramRecorder sink;
  member.start(sink);
  CHECK(member.join({.group = group, .interface = "lo"}));

  send_all(sender, to, {"hello, group"});
  t.run_until_idle();
  CHECK(sink.texts() == Texts{"hello, group"});
  CHECK(member.leave({.group = group, .interface = "lo"}));
  send_all(sender, to, {"anybody left?"});
  t.run_until_idle();

  CHECK(sink.texts() == Texts{"hello, group"});
}

// That something arrives would need a route, which the loopback interface has for IPv4 alone.
TEST_CASE("an IPv6 group is joined once and left once, by name or by the scope of the address") {
  IoFixture t;
  auto member = UdpSocket::bind(t.loop, "[::]:0"_addr, {.multicast_interface = "lo"}).value();
  const MulticastGroup by_name{.group = group_v6, .interface = "lo"};
  const MulticastGroup by_scope{.group = "[ff02::77:1%1]:0"_addr};

  CHECK(member.join(by_name));
  CHECK(member.join(by_scope));
  CHECK(says(member.join(by_name).error(), "a member already"));
  CHECK(member.leave(by_name));
  CHECK(member.leave(by_scope));

  CHECK(says(member.leave(by_scope).error(), "the socket is no member"));
}

TEST_CASE("a member for one source does not hear others") {
  IoFixture t;
  auto member = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr).value();
  auto wanted = a_socket(t, {.multicast_interface = "lo"});
  auto other = UdpSocket::bind(t.loop, "127.0.0.2:0"_addr, {.multicast_interface = "lo"}).value();
  const Address to = group.with_port(member.local().port());
  const MulticastGroup from_one{.group = group, .interface = "lo", .source = "127.0.0.1:0"_addr};
  CHECK(member.join(from_one));

  send_all(other, to, {"noise"});
  send_all(wanted, to, {"signal"});

  CHECK(t.get(member.receive()).value().bytes == "signal");
  CHECK(member.leave(from_one));
}

TEST_CASE("a group that cannot be joined or left is an error with its cause and its cure") {
  IoFixture t;
  auto socket = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr).value();

  CHECK(says(socket.join({.group = group, .interface = "eth99"}).error(),
             "join 239.255.77.1:0 on eth99 (there is no such interface"));
  CHECK(says(socket.join({.group = "127.0.0.1:0"_addr, .interface = "lo"}).error(),
             "it is no multicast address"));
  CHECK(says(socket.join({.group = group_v6, .interface = "lo"}).error(),
             "not of the socket's family"));
  CHECK(says(socket.leave({.group = group, .interface = "lo"}).error(), "the socket is no member"));
  CHECK(says(UdpSocket::bind(t.loop, "0.0.0.0:0"_addr, {.multicast_interface = "eth99"}).error(),
             "multicast_interface eth99"));
  CHECK(socket.join({.group = group, .interface = "lo"}));
  CHECK(says(socket.join({.group = group, .interface = "lo"}).error(), "a member already"));
  socket.close();
  CHECK(socket.join({.group = group}).error() == Errc::closed);
  CHECK(socket.leave({.group = group}).error() == Errc::closed);
}
