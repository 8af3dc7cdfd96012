// SPDX-License-Identifier: MIT
//
// How a datagram socket is opened, and what its errors say. The privileges that a port needs are
// tested in bind_test.cpp.
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "io/system.hpp"
#include "place.hpp"
#include "udp_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

int option_of(const UdpSocket& socket, int level, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  REQUIRE(getsockopt(socket.native_handle(), level, option, &value, &size) == 0);
  return value;
}

}  // namespace

// hardening 86
TEST_CASE("a port in use says which process has it, and what to do, also for datagrams") {
  IoFixture t;
  auto first = a_socket(t);

  const auto second = UdpSocket::bind(t.loop, first.local());

  CHECK(second.error() == std::errc::address_in_use);
  CHECK(says(second.error(), "listen on " + first.local().to_string()));
  CHECK(says(second.error(), "pid " + std::to_string(getpid()) + " ("));
  CHECK(says(second.error(), "stop it or choose another port"));
}

// hardening 86
TEST_CASE("a datagram socket has a bad address told") {
  IoFixture t;

  const auto foreign = UdpSocket::bind(t.loop, "192.0.2.1:0"_addr);
  const auto none = UdpSocket::bind(t.loop, Address());

  CHECK(says(foreign.error(), "no interface of this machine has the address"));
  CHECK(none.error() == Errc::invalid);
  CHECK(UdpSocket::connect(t.loop, Address()).error() == Errc::invalid);
}

// hardening 87
TEST_CASE("the path of a datagram socket goes with it") {
  IoFixture t;
  const Place place;
  auto socket = UdpSocket::bind(t.loop, place.address("socket")).value();
  CHECK(std::filesystem::exists(place.file("socket")));
  CHECK(socket.local() == place.address("socket"));

  socket.close();

  CHECK_FALSE(std::filesystem::exists(place.file("socket")));
}

TEST_CASE("a path that somebody has taken over meanwhile stays") {
  IoFixture t;
  const Place place;
  auto socket = UdpSocket::bind(t.loop, place.address("socket")).value();
  std::filesystem::remove(place.file("socket"));
  std::ofstream(place.file("socket")) << "precious";

  socket.close();

  CHECK(std::filesystem::file_size(place.file("socket")) == 8);
}

// hardening 87
TEST_CASE("the stale path of a datagram socket is replaced, one in use and other files are not") {
  IoFixture t;
  const Place place;
  mkdir(place.file("directory").c_str(), 0700);
  auto crashed = UdpSocket::bind(t.loop, place.address("other")).value();
  std::filesystem::rename(place.file("other"), place.file("stale"));
  auto living = UdpSocket::bind(t.loop, place.address("living")).value();
  const auto taken = UdpSocket::bind(t.loop, place.address("living"));
  CHECK(taken.error() == std::errc::address_in_use);
  CHECK(says(taken.error(), "somebody listens there"));
  CHECK(says(UdpSocket::bind(t.loop, place.address("directory")).error(), "a directory"));
  CHECK(says(UdpSocket::bind(t.loop, place.address("no/such")).error(), "no such directory"));

  crashed.close();

  CHECK(UdpSocket::bind(t.loop, place.address("stale")));
}

TEST_CASE("the path of a datagram socket has the permissions that were asked for") {
  IoFixture t;
  const Place place;
  const Umask strict(077);
  auto open = UdpSocket::bind(t.loop, place.address("a"), {.unix_mode = 0666}).value();
  const Umask none(0);
  auto closed = UdpSocket::bind(t.loop, place.address("b"), {.unix_mode = 0600}).value();
  auto plain = UdpSocket::bind(t.loop, place.address("c")).value();

  CHECK(mode_of(place.file("a")) == 0666);
  CHECK(mode_of(place.file("b")) == 0600);
  CHECK(mode_of(place.file("c")) == 0777);
}

TEST_CASE("the path of a datagram socket is at no moment open to more than was asked for") {
  IoFixture t;
  const Place place;
  const Umask none(0);
  static std::optional<mode_t> meanwhile;
  static detail::SystemCalls table = detail::kernel_calls;
  table.bind = [](int socket, const sockaddr* address, socklen_t size) {
    const int status = ::bind(socket, address, size);
    meanwhile = mode_of(std::string(Address::from_sockaddr(address, size).path()));
    return status;
  };
  detail::system_calls = &table;

  const auto socket = UdpSocket::bind(t.loop, place.address("socket"), {.unix_mode = 0600});

  detail::system_calls = &detail::kernel_calls;
  CHECK(socket);
  CHECK(meanwhile == 0600);
}

TEST_CASE("permissions of a datagram socket that make no sense are refused") {
  IoFixture t;

  const auto large = UdpSocket::bind(t.loop, "unix:/x"_addr, {.unix_mode = 01777});
  const auto abstract = UdpSocket::bind(t.loop, OverAbstract::address(), {.unix_mode = 0600});

  CHECK(says(large.error(), "unix_mode is 0777 at most"));
  CHECK(says(abstract.error(), "unix_mode cannot protect an abstract name"));
  CHECK(abstract.error() == Errc::invalid);
}

TEST_CASE("a port is shared only if that is asked for") {
  IoFixture t;
  auto first = a_socket(t, {.reuse_port = true});

  auto second = UdpSocket::bind(t.loop, first.local(), {.reuse_port = true});
  const auto third = UdpSocket::bind(t.loop, first.local());

  CHECK(second);
  CHECK(third.error() == std::errc::address_in_use);
  CHECK(option_of(first, SOL_SOCKET, SO_REUSEPORT) == 1);
  CHECK(option_of(a_socket(t), SOL_SOCKET, SO_REUSEPORT) == 0);
  CHECK(option_of(a_socket(t), SOL_SOCKET, SO_REUSEADDR) == 0);
}

TEST_CASE("the numbers of UdpOptions reach the kernel") {
  IoFixture t;
  auto socket = a_socket(t,
                         {.reuse_addr = true,
                          .broadcast = true,
                          .multicast_loop = false,
                          .ttl = 7,
                          .multicast_ttl = 3,
                          .ecn = Ecn::ect_0,
                          .receive_buffer = 100'000,
                          .send_buffer = 50'000});

  CHECK(option_of(socket, SOL_SOCKET, SO_REUSEADDR) == 1);
  CHECK(option_of(socket, SOL_SOCKET, SO_BROADCAST) == 1);
  CHECK(option_of(socket, IPPROTO_IP, IP_TTL) == 7);
  CHECK(option_of(socket, IPPROTO_IP, IP_MULTICAST_TTL) == 3);
  CHECK(option_of(socket, IPPROTO_IP, IP_MULTICAST_LOOP) == 0);
  CHECK(option_of(socket, IPPROTO_IP, IP_TOS) == 2);
  CHECK(option_of(socket, SOL_SOCKET, SO_RCVBUF) == 200'000);
  CHECK(option_of(socket, SOL_SOCKET, SO_SNDBUF) == 100'000);
}

TEST_CASE("the numbers of UdpOptions reach the kernel for IPv6") {
  IoFixture t;
  auto socket = a_socket<OverIpv6>(t, {.ttl = 7, .multicast_ttl = 3, .ecn = Ecn::ect_1});

  CHECK(option_of(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS) == 7);
  CHECK(option_of(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS) == 3);
  CHECK(option_of(socket, IPPROTO_IPV6, IPV6_TCLASS) == 1);
}

TEST_CASE("an option that the kernel refuses is an error that names it") {
  IoFixture t;

  const auto socket = UdpSocket::bind(t.loop, "127.0.0.1:0"_addr, {.ttl = 1000});

  CHECK(says(socket.error(), "open a datagram socket: set ttl"));
}

TEST_CASE("a broadcast has to be allowed, and the error says how") {
  IoFixture t;
  const Address everybody = "255.255.255.255:9"_addr;

  const Result<void> refused = a_socket(t).send_to(everybody, "x");

  CHECK(refused.error() == std::errc::permission_denied);
  CHECK(says(refused.error(), "UdpOptions::broadcast"));
}

TEST_CASE("a broadcast on the loopback network is received") {
  IoFixture t;
  auto receiver = UdpSocket::bind(t.loop, "0.0.0.0:0"_addr).value();
  auto sender = a_socket(t, {.broadcast = true});
  const Address everybody = "127.255.255.255:0"_addr.with_port(receiver.local().port());

  send_all(sender, everybody, {"to all"});

  CHECK(t.get(receiver.receive()).value().bytes == "to all");
}

TEST_CASE_TEMPLATE("the ECN bits are sent and told", Kind, OverIpv4, OverIpv6) {
  IoFixture t;
  auto receiver = a_socket<Kind>(t, {.receive_ecn = true});
  auto marked = a_socket<Kind>(t, {.ecn = Ecn::ect_0});
  auto plain = a_socket<Kind>(t);

  send_all(marked, receiver.local(), {"marked"});
  send_all(plain, receiver.local(), {"plain"});

  CHECK(t.get(receiver.receive()).value().ecn == Ecn::ect_0);
  CHECK(t.get(receiver.receive()).value().ecn == Ecn::none);
}

TEST_CASE("what is set of a dual-stack socket is for its IPv4 peers, too") {
  IoFixture t;
  const Address any = "[::]:0"_addr;
  auto server = UdpSocket::bind(t.loop,
                                any,
                                {.dual_stack = true,
                                 .receive_ecn = true,
                                 .ttl = 7,
                                 .multicast_ttl = 3,
                                 .ecn = Ecn::ect_0})
                    .value();
  auto client = a_socket(t, {.receive_ecn = true, .ecn = Ecn::ect_1});
  send_all(client, "127.0.0.1:0"_addr.with_port(server.local().port()), {"ping"});

  const Datagram ping = t.get(server.receive()).value();
  send_all(server, ping.peer, {"pong"});

  CHECK(ping.ecn == Ecn::ect_1);
  CHECK(t.get(client.receive()).value().ecn == Ecn::ect_0);
  CHECK(option_of(server, IPPROTO_IP, IP_TTL) == 7);
  CHECK(option_of(server, IPPROTO_IP, IP_MULTICAST_TTL) == 3);
}

TEST_CASE("a socket of somebody else is taken over if it is one for datagrams") {
  IoFixture t;
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
  auto ours = UdpSocket::adopt(t.loop, ends[0]).value();
  auto theirs = UdpSocket::adopt(t.loop, ends[1]).value();

  CHECK(ours.send("hello"));
  CHECK(t.get(theirs.receive()).value().bytes == "hello");
  const auto stream = UdpSocket::adopt(t.loop, socket(AF_INET, SOCK_STREAM, 0));
  CHECK(stream.error() == Errc::invalid);
  CHECK(UdpSocket::adopt(t.loop, -1).error() == std::errc::bad_file_descriptor);
}

TEST_CASE("a passed socket is used through a duplicate, and one of another kind is refused") {
  IoFixture t;
  auto passed = a_socket(t);
  auto client = a_socket(t);
  const PassedSocket fit("dns", passed.native_handle());
  const PassedSocket unfit("pipe", STDIN_FILENO);

  auto server = UdpSocket::bind(t.loop, ListenOn(fit)).value();
  send_all(client, server.local(), {"hello"});

  CHECK(server.local() == passed.local());
  CHECK(server.native_handle() != passed.native_handle());
  CHECK(t.get(server.receive()).value().bytes == "hello");
  CHECK_FALSE(UdpSocket::bind(t.loop, ListenOn(unfit)));
}

TEST_CASE("without a descriptor to be had the error says so") {
  IoFixture t;
  static detail::SystemCalls table = detail::kernel_calls;
  table.socket = [](int, int, int) {
    errno = EMFILE;
    return -1;
  };
  detail::system_calls = &table;

  const auto socket = UdpSocket::bind(t.loop, "127.0.0.1:0"_addr);

  detail::system_calls = &detail::kernel_calls;
  CHECK(socket.error() == std::errc::too_many_files_open);
}
