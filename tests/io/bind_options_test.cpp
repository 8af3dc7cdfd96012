// SPDX-License-Identifier: MIT
#include <eddy/base/network.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "place.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

int option(int descriptor, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  CHECK(getsockopt(descriptor, level, name, &value, &size) == 0);
  return value;
}

/// A stream that a listener with these options has accepted.
TcpStream accepted_with(Fixture& t, const BindOptions& options) {
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr, options).value();
  auto accepting = listener.accept();
  const auto ours = t.get(connect(t.loop, listener.local())).value();
  return t.get(std::move(accepting)).value();
}

}  // namespace

// parity 4.1: upstream never sets it
TEST_CASE("accepted streams send small writes at once, unless the options say otherwise") {
  IoFixture t;

  CHECK(option(accepted_with(t, {}).native_handle(), IPPROTO_TCP, TCP_NODELAY) == 1);
  const auto delayed = accepted_with(t, {.nodelay = false});
  CHECK(option(delayed.native_handle(), IPPROTO_TCP, TCP_NODELAY) == 0);
}

TEST_CASE("accepted streams have the keep-alive and the limits of their listener") {
  IoFixture t;

  const auto stream = accepted_with(t,
                                    {.keepalive = {seconds(40), seconds(4), 2},
                                     .user_timeout = milliseconds(1500),
                                     .receive_buffer = 20'000,
                                     .send_buffer = 30'000});

  const int socket = stream.native_handle();
  CHECK(option(socket, SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(socket, IPPROTO_TCP, TCP_KEEPIDLE) == 40);
  CHECK(option(socket, IPPROTO_TCP, TCP_KEEPINTVL) == 4);
  CHECK(option(socket, IPPROTO_TCP, TCP_KEEPCNT) == 2);
  CHECK(option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT) == 1500);
  CHECK(option(socket, SOL_SOCKET, SO_RCVBUF) == 40'000);  // Linux doubles for its own use
  CHECK(option(socket, SOL_SOCKET, SO_SNDBUF) == 60'000);
}

TEST_CASE("accepted streams have no keep-alive unless asked") {
  IoFixture t;

  const auto stream = accepted_with(t, {});

  CHECK(option(stream.native_handle(), SOL_SOCKET, SO_KEEPALIVE) == 0);
  CHECK(option(stream.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);
}

TEST_CASE("a client may be accepted only when its first octets are there") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr, {.defer_accept = seconds(30)}).value();
  auto accepting = listener.accept();
  auto ours = t.get(connect(t.loop, listener.local())).value();
  CHECK_FALSE(t.poll(accepting));

  ours.write("hello");

  CHECK(t.get(t.get(std::move(accepting)).value().read()).value() == "hello");
}

TEST_CASE("a listener may take octets with the first packet if asked") {
  IoFixture t;
  const auto plain = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const auto fast = Listener::bind(t.loop, "127.0.0.1:0"_addr, {.fast_open = 7}).value();

  CHECK(option(plain.native_handle(), IPPROTO_TCP, TCP_FASTOPEN) == 0);
  CHECK(option(fast.native_handle(), IPPROTO_TCP, TCP_FASTOPEN) == 7);
}

TEST_CASE("a port may be kept until old connections are forgotten") {
  IoFixture t;
  const auto usual = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const auto strict = Listener::bind(t.loop, "127.0.0.1:0"_addr, {.reuse_addr = false}).value();

  CHECK(option(usual.native_handle(), SOL_SOCKET, SO_REUSEADDR) == 1);
  CHECK(option(strict.native_handle(), SOL_SOCKET, SO_REUSEADDR) == 0);
}

TEST_CASE("an address that comes later can be bound to if the options say so") {
  IoFixture t;

  const auto four = Listener::bind(t.loop, "192.0.2.1:0"_addr, {.free_bind = true});
  const auto six = Listener::bind(t.loop, "[2001:db8::1]:0"_addr, {.free_bind = true});

  CHECK(four.value().local().host() == "192.0.2.1");
  CHECK(six.value().local().host() == "2001:db8::1");
}

// parity 4.1: upstream shares the port by default, so that a second server is not noticed
TEST_CASE("a port is not shared, and dual stack is off, unless the options say so") {
  const BindOptions options;

  CHECK(options.reuse_addr);
  CHECK_FALSE(options.reuse_port);
  CHECK_FALSE(options.dual_stack);
}

// hardening 89; parity 4.1: upstream leaves dual stack to the system
TEST_CASE("an IPv4 peer of a dual-stack listener is in the networks of its IPv4 address") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "[::]:0"_addr, {.dual_stack = true}).value();
  auto accepting = listener.accept();
  const auto ours =
      t.get(connect(t.loop, "127.0.0.1:0"_addr.with_port(listener.local().port()))).value();

  const auto theirs = t.get(std::move(accepting)).value();

  CHECK(theirs.peer().ipv6());
  CHECK(theirs.peer().unmapped() == ours.local());
  CHECK("127.0.0.0/8"_net.contains(theirs.peer()));
  CHECK_FALSE("::/0"_net.contains(theirs.peer()));
}

// hardening 88
TEST_CASE("a link-local address without its interface is refused, and the message says why") {
  IoFixture t;

  const auto listener = Listener::bind(t.loop, "[fe80::1]:0"_addr);

  CHECK(
      says(listener.error(), "a link-local address needs its interface, as in [fe80::1%eth0]:80"));
}

TEST_CASE("options that make no sense are refused before anything is bound") {
  IoFixture t;
  const Address abstract = "unix:@eddy-options"_addr;

  CHECK(says(Listener::bind(t.loop, "127.0.0.1:0"_addr, {.backlog = -1}).error(),
             "backlog must not be negative"));
  CHECK(says(Listener::bind(t.loop, "unix:/x"_addr, {.unix_mode = 01777}).error(),
             "unix_mode is 0777 at most"));
  CHECK(says(Listener::bind(t.loop, abstract, {.unix_mode = 0600}).error(),
             "unix_mode cannot protect an abstract name"));
  CHECK(Listener::bind(t.loop, abstract, {.unix_mode = 0600}).error() == Errc::invalid);
}
