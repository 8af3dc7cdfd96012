// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/socket.h>

#include <vector>

#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

Listener a_listener(IoFixture& t) {
  return Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
}

}  // namespace

TEST_CASE("a listener gives accepted streams one by one") {
  IoFixture t;
  auto listener = a_listener(t);
  auto accepting = listener.accept();
  CHECK_FALSE(t.poll(accepting));
  auto first = t.get(connect(t.loop, listener.local())).value();
  auto second = t.get(connect(t.loop, listener.local())).value();

  auto one = t.get(std::move(accepting)).value();
  auto two = t.get(listener.accept()).value();

  CHECK(one.peer() == first.local());
  CHECK(two.peer() == second.local());
  CHECK(listener.statistic().accepted.value() == 2);
}

TEST_CASE("several accepts may wait and are served in order") {
  IoFixture t;
  auto listener = a_listener(t);
  auto first = listener.accept();
  auto second = listener.accept();
  auto ours = t.get(connect(t.loop, listener.local())).value();
  CHECK(t.poll(first));
  CHECK_FALSE(t.poll(second));

  auto more = t.get(connect(t.loop, listener.local())).value();

  CHECK(t.get(std::move(second)).value().peer() == more.local());
  CHECK(t.get(std::move(first)).value().peer() == ours.local());
}

TEST_CASE("a listener that finishes gives what waits for it, and closes") {
  IoFixture t;
  auto listener = a_listener(t);
  const Address where = listener.local();
  auto first = t.get(connect(t.loop, where)).value();
  auto second = t.get(connect(t.loop, where)).value();
  std::vector<TcpStream> accepted;
  listener.start([&](TcpStream stream) { accepted.push_back(std::move(stream)); });
  REQUIRE(accepted.empty());

  listener.finish();

  CHECK(accepted.size() == 2);
  CHECK_FALSE(listener.open());
  CHECK(t.get(connect(t.loop, where)).error() == std::errc::connection_refused);
}

TEST_CASE("a listener that rests or has no callback finishes by closing") {
  IoFixture t;
  auto paused = a_listener(t);
  auto idle = a_listener(t);
  paused.start([](TcpStream) { CHECK(false); });
  paused.pause();
  auto ours = connect(t.loop, paused.local());
  REQUIRE(t.get(std::move(ours)).has_value());

  paused.finish();
  paused.finish();
  idle.finish();

  CHECK_FALSE(paused.open());
  CHECK_FALSE(idle.open());
}

TEST_CASE("a listener may be closed by what it gives while it finishes") {
  IoFixture t;
  auto listener = a_listener(t);
  auto first = t.get(connect(t.loop, listener.local())).value();
  auto second = t.get(connect(t.loop, listener.local())).value();
  int accepted = 0;
  listener.start([&](TcpStream) {
    ++accepted;
    listener = Listener();
  });

  listener.finish();

  CHECK(accepted == 1);
}

TEST_CASE("a dropped accept leaves the connection to the next") {
  IoFixture t;
  auto listener = a_listener(t);
  auto accepting = listener.accept();
  CHECK_FALSE(t.poll(accepting));
  accepting = {};
  auto ours = t.get(connect(t.loop, listener.local())).value();
  t.run_until_idle();
  CHECK(listener.statistic().accepted.value() == 0);

  CHECK(t.get(listener.accept()).value().peer() == ours.local());
}

TEST_CASE("a started listener calls back with each connection, many in a turn") {
  IoFixture t;
  auto listener = a_listener(t);
  std::vector<TcpStream> accepted;
  std::vector<Future<TcpStream>> connecting;
  listener.start([&](TcpStream stream) { accepted.push_back(std::move(stream)); });
  const Error refused = t.get(listener.accept()).error();
  CHECK(refused == Errc::invalid);
  CHECK(refused.context() == "accept() beside start()");
  for (int i = 0; i < 200; ++i)
    connecting.push_back(connect(t.loop, listener.local()));

  t.run_until_idle();

  CHECK(accepted.size() == 200);
  CHECK(listener.statistic().accepted.value() == 200);
}

TEST_CASE("a paused listener leaves clients in the kernel's queue") {
  IoFixture t;
  auto listener = a_listener(t);
  int accepted = 0;
  listener.start([&](const TcpStream&) {
    ++accepted;
    listener.pause();
  });
  auto first = t.get(connect(t.loop, listener.local())).value();
  auto second = t.get(connect(t.loop, listener.local())).value();
  t.run_until_idle();
  CHECK(accepted == 1);

  listener.resume();
  t.run_until_idle();

  CHECK(accepted == 2);
}

TEST_CASE("what the callback throws is reported and the listener goes on") {
  IoFixture t;
  auto listener = a_listener(t);
  int accepted = 0;
  listener.start([&](const TcpStream&) {
    ++accepted;
    throw 42;
  });
  auto first = t.get(connect(t.loop, listener.local())).value();
  auto second = t.get(connect(t.loop, listener.local())).value();
  t.run_until_idle();

  CHECK(accepted == 2);
  CHECK(t.take_unread().size() == 2);
}

TEST_CASE("closing fails the accept that waits and frees the port") {
  IoFixture t;
  auto listener = a_listener(t);
  const Address address = listener.local();
  auto accepting = listener.accept();

  listener.close();
  listener.close();

  CHECK(t.get(std::move(accepting)).error() == Errc::closed);
  CHECK(t.get(listener.accept()).error() == Errc::closed);
  CHECK_FALSE(listener.local());
  CHECK(Listener::bind(t.loop, address));
}

TEST_CASE("a bound descriptor is adopted") {
  IoFixture t;
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  const Address any = "127.0.0.1:0"_addr;
  REQUIRE(bind(descriptor, static_cast<const sockaddr*>(any.data()), any.size()) == 0);
  auto listener = Listener::adopt(t.loop, descriptor).value();
  CHECK(listener.native_handle() == descriptor);
  CHECK((fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0);
  CHECK(fcntl(descriptor, F_GETFD) == FD_CLOEXEC);

  auto accepting = listener.accept();
  auto ours = t.get(connect(t.loop, listener.local())).value();

  CHECK(t.get(std::move(accepting)).value().peer() == ours.local());
}

TEST_CASE("two listeners share a port only if both ask for it") {
  IoFixture t;
  auto first = Listener::bind(t.loop, "127.0.0.1:0"_addr, {.reuse_port = true}).value();

  CHECK(Listener::bind(t.loop, first.local(), {.reuse_port = true}));
  CHECK_FALSE(Listener::bind(t.loop, first.local()));
}

TEST_CASE("an IPv6 listener takes IPv4 clients only if it is dual-stack") {
  IoFixture t;
  auto dual = Listener::bind(t.loop, "[::]:0"_addr, {.dual_stack = true}).value();
  auto accepting = dual.accept();
  const Address ipv4 = "127.0.0.1:0"_addr.with_port(dual.local().port());
  auto ours = t.get(connect(t.loop, ipv4)).value();
  CHECK(t.get(std::move(accepting)).value().peer().unmapped() == ours.local());
  dual.close();

  auto alone = Listener::bind(t.loop, "[::]:0"_addr).value();
  const Address refused = ipv4.with_port(alone.local().port());
  CHECK(t.get(connect(t.loop, refused)).error() == std::errc::connection_refused);
}
