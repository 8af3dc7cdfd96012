// SPDX-License-Identifier: MIT
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "io/system.hpp"
#include "silent.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

int option(const TcpStream& stream, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  CHECK(getsockopt(stream.native_handle(), level, name, &value, &size) == 0);
  return value;
}

int no_descriptors(int, int, int) {
  errno = EMFILE;
  return -1;
}

TcpStream connected_with(Fixture& t, const ConnectOptions& options) {
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  return t.get(connect(t.loop, listener.local(), options)).value();
}

}  // namespace

TEST_CASE("a connection comes from the address that it is bound to") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  auto accepting = listener.accept();

  const auto ours =
      t.get(connect(t.loop, listener.local(), {.bind_to = "127.0.0.2:0"_addr})).value();
  const auto theirs = t.get(std::move(accepting)).value();

  CHECK(theirs.peer().host() == "127.0.0.2");
  CHECK(ours.local() == theirs.peer());
  CHECK(option(ours, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT) == 1);  // more than 64 Ki in all
}

TEST_CASE("a connection that is bound to a port comes from it") {
  IoFixture t;
  const Address source = nobody_at(t, "127.0.0.1:0"_addr);

  CHECK(connected_with(t, {.bind_to = source}).local() == source);
}

TEST_CASE("an address that nobody here has cannot be connected from, and the error says it") {
  IoFixture t;

  const auto stream = t.get(connect(t.loop, "127.0.0.1:1"_addr, {.bind_to = "192.0.2.1:0"_addr}));

  CHECK(stream.error() == std::errc::address_not_available);
  CHECK(stream.error().context() == "connect 127.0.0.1:1: from 192.0.2.1:0");
}

// A program that connects again and again to a local server which is down would meet itself one
// day.
TEST_CASE("a connection to itself is refused") {
  IoFixture t;
  const Address nobody = nobody_at(t);

  const auto stream = t.get(connect(t.loop, nobody, {.bind_to = nobody}));

  CHECK(stream.error() == std::errc::connection_refused);
  CHECK(stream.error().context() ==
        "connect " + nobody.to_string() + ": it would be one to itself");
}

TEST_CASE("without descriptors a connect fails at once, and may be tried again") {
  IoFixture t;
  detail::SystemCalls calls = detail::kernel_calls;
  calls.socket = &no_descriptors;
  detail::system_calls = &calls;

  const auto stream = t.get(connect(t.loop, "127.0.0.1:1"_addr));

  detail::system_calls = &detail::kernel_calls;
  CHECK(stream.error() == std::errc::too_many_files_open);
  CHECK(stream.error() == retryable);
}

// hardening 88
TEST_CASE("a link-local address without its interface cannot be connected to, and says why") {
  IoFixture t;

  const auto stream = t.get(connect(t.loop, "[fe80::1]:80"_addr));

  CHECK(stream.error() == std::errc::invalid_argument);
  CHECK(stream.error().context() ==
        "connect [fe80::1]:80: a link-local address needs its interface, as in [fe80::1%eth0]:80");
}

TEST_CASE("only addresses of the source's family are connected to") {
  IoFixture t;
  auto six = Listener::bind(t.loop, "[::1]:0"_addr).value();
  auto four = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const std::vector<Address> both = {six.local(), four.local()};

  const auto stream = t.get(connect(t.loop, both, {.bind_to = "127.0.0.1:0"_addr})).value();

  CHECK(stream.peer() == four.local());
  CHECK(t.get(connect(t.loop, six.local(), {.bind_to = "127.0.0.1:0"_addr})).error() ==
        std::errc::address_family_not_supported);
}

TEST_CASE("a connected stream has the options that it was made with") {
  IoFixture t;

  const auto plain = connected_with(t, {});
  const auto set = connected_with(t,
                                  {.nodelay = false,
                                   .keepalive = {seconds(30), milliseconds(4500), 3},
                                   .user_timeout = milliseconds(7001)});

  CHECK(option(plain, IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(option(plain, SOL_SOCKET, SO_KEEPALIVE) == 0);
  CHECK(option(plain, IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);
  CHECK(option(set, IPPROTO_TCP, TCP_NODELAY) == 0);
  CHECK(option(set, SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(set, IPPROTO_TCP, TCP_KEEPIDLE) == 30);
  CHECK(option(set, IPPROTO_TCP, TCP_KEEPINTVL) == 5);
  CHECK(option(set, IPPROTO_TCP, TCP_KEEPCNT) == 3);
  CHECK(option(set, IPPROTO_TCP, TCP_USER_TIMEOUT) == 7001);
}

TEST_CASE("times that the kernel cannot hold become the longest that it can") {
  IoFixture t;

  const auto stream = connected_with(t,
                                     {.keepalive = {Duration::max(), Duration::max(), 1'000'000},
                                      .user_timeout = Duration::max()});

  CHECK(option(stream, IPPROTO_TCP, TCP_KEEPIDLE) == 32'767);
  CHECK(option(stream, IPPROTO_TCP, TCP_KEEPINTVL) == 32'767);
  CHECK(option(stream, IPPROTO_TCP, TCP_KEEPCNT) == 127);
  CHECK(option(stream, IPPROTO_TCP, TCP_USER_TIMEOUT) == 2'147'483'647);
}

TEST_CASE("keep-alive and the limit of silence can be set on a stream, and unset") {
  IoFixture t;
  auto stream = connected_with(t, {});

  stream.set_keepalive({seconds(10), seconds(2), 4});
  stream.set_user_timeout(seconds(5));

  CHECK(option(stream, IPPROTO_TCP, TCP_KEEPINTVL) == 2);
  CHECK(option(stream, IPPROTO_TCP, TCP_KEEPCNT) == 4);
  CHECK(option(stream, IPPROTO_TCP, TCP_USER_TIMEOUT) == 5000);
  stream.set_keepalive({});
  stream.set_user_timeout({});
  CHECK(option(stream, SOL_SOCKET, SO_KEEPALIVE) == 0);
  CHECK(option(stream, IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);
}
