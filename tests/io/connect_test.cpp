// SPDX-License-Identifier: MIT
#include <eddy/core/deadline.hpp>
#include <eddy/core/shield.hpp>

#include "silent.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::seconds;

TEST_CASE("connect resolves to an open stream, in a later turn") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "[::1]:0"_addr).value();
  auto connecting = connect(t.loop, listener.local());
  CHECK_FALSE(connecting.ready());

  auto stream = t.get(std::move(connecting)).value();

  CHECK(stream.open());
  CHECK(stream.peer() == listener.local());
}

TEST_CASE("a refused connection says so, and to where") {
  IoFixture t;
  const Address nobody = [&] {
    return Listener::bind(t.loop, "127.0.0.1:0"_addr).value().local();
  }();

  const auto stream = t.get(connect(t.loop, nobody));

  CHECK(stream.error() == std::errc::connection_refused);
  CHECK(stream.error().context() == "connect " + nobody.to_string());
}

TEST_CASE("connect fails when its limit has passed, and closes the socket") {
  IoFixture t;
  Silent silent(t);
  auto connecting = connect(t.loop, silent.address(), seconds(3));
  t.clock.advance(seconds(2));
  CHECK_FALSE(t.poll(connecting));
  const std::size_t before = open_descriptors();

  t.clock.advance(seconds(1));

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
  CHECK(open_descriptors() == before - 1);
}

TEST_CASE("the limit of a connect never exceeds the deadline around it") {
  IoFixture t;
  Silent silent(t);
  auto connecting = with_deadline(seconds(2), [&] {
    return shield(connect(t.loop, silent.address(), seconds(50)).then([](TcpStream) {}));
  });
  t.clock.advance(seconds(1));
  CHECK_FALSE(t.poll(connecting));

  t.clock.advance(seconds(1));

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
}

TEST_CASE("dropping a connect closes the socket before the destructor returns") {
  IoFixture t;
  Silent silent(t);
  const std::size_t before = open_descriptors();
  auto connecting = connect(t.loop, silent.address());
  CHECK(open_descriptors() == before + 1);

  connecting = {};

  CHECK(open_descriptors() == before);
}

TEST_CASE("a connect that was softly cancelled fails with canceled and leaves nothing") {
  IoFixture t;
  Silent silent(t);
  const std::size_t before = open_descriptors();
  auto connecting = connect(t.loop, silent.address(), seconds(0)).timeout(seconds(1));

  t.clock.advance(seconds(1));

  CHECK(t.get(std::move(connecting)).error() == Errc::timed_out);
  CHECK(open_descriptors() == before);
}

TEST_CASE("no address cannot be connected to") {
  IoFixture t;

  CHECK(t.get(connect(t.loop, Address())).error() == Errc::invalid);
}

TEST_CASE("a Unix socket that is not there is an error with its path") {
  IoFixture t;

  const auto stream = t.get(connect(t.loop, "unix:/nowhere/at/all"_addr));

  CHECK(stream.error() == std::errc::no_such_file_or_directory);
  CHECK(stream.error().context() == "connect unix:/nowhere/at/all");
}

TEST_CASE("connect reaches an abstract Unix socket") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "unix:@eddy-connect-test"_addr).value();
  auto accepted = listener.accept();

  auto ours = t.get(connect(t.loop, listener.local())).value();
  auto theirs = t.get(std::move(accepted)).value();
  ours.write("hello");

  CHECK(t.get(theirs.read()).value() == "hello");
}

TEST_CASE("a connect that waits when its loop ends never settles") {
  auto loop = std::make_unique<Loop>();
  auto listener = Listener::bind(*loop, "127.0.0.1:0"_addr).value();
  auto waiting = connect(*loop, listener.local());

  loop.reset();

  CHECK_FALSE(waiting.ready());
}
