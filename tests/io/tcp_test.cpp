// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/socket_stream.hpp"
#include "support.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::seconds;

namespace {

int option(const TcpStream& stream, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  getsockopt(stream.native_handle(), level, name, &value, &size);
  return value;
}

void set_option(const TcpStream& stream, int name, int value) {
  REQUIRE(setsockopt(stream.native_handle(), SOL_SOCKET, name, &value, sizeof value) == 0);
}

}  // namespace

TEST_CASE("both ends know their addresses until they are closed") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);

  CHECK(pair.ours.local() == pair.theirs.peer());
  CHECK(pair.ours.peer() == pair.theirs.local());
  CHECK(pair.ours.peer().loopback());
  pair.ours.close();
  CHECK_FALSE(pair.ours.local());
  CHECK(pair.ours.native_handle() == -1);
}

TEST_CASE("writes are not delayed by the kernel unless asked") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);

  CHECK(option(pair.ours, IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(option(pair.theirs, IPPROTO_TCP, TCP_NODELAY) == 1);
  pair.ours.set_nodelay(false);
  CHECK(option(pair.ours, IPPROTO_TCP, TCP_NODELAY) == 0);
}

TEST_CASE("keep-alive is off until it is asked for") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  CHECK(option(pair.ours, SOL_SOCKET, SO_KEEPALIVE) == 0);

  pair.ours.set_keepalive({.idle = seconds(30)});
  CHECK(option(pair.ours, SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(pair.ours, IPPROTO_TCP, TCP_KEEPIDLE) == 30);

  pair.ours.set_keepalive({});
  CHECK(option(pair.ours, SOL_SOCKET, SO_KEEPALIVE) == 0);
}

TEST_CASE("a TCP stream tells how its connection does, other streams do not") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  pair.ours.write("hello");
  CHECK(t.get(pair.theirs.read()).value() == "hello");

  const TcpInfo info = pair.ours.info().value();

  CHECK(info.segment > 0);
  CHECK(info.window > 0);
  CHECK(info.round_trip > Duration::zero());
  CHECK(info.unacknowledged == 0);
  pair.ours.close();
  CHECK_FALSE(pair.ours.info());
  const int unix_end = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK_FALSE(TcpStream::adopt(t.loop, unix_end).value().info());
}

TEST_CASE("accepted and connected descriptors are not inherited by children") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);

  CHECK((fcntl(pair.ours.native_handle(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(pair.theirs.native_handle(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("adopting something that is no socket fails and closes it") {
  IoFixture t;

  const auto stream = TcpStream::adopt(t.loop, -1);

  CHECK_FALSE(stream);
  CHECK(stream.error() == std::errc::bad_file_descriptor);
}

TEST_CASE("adopting what is no connection fails, says why, and closes it") {
  IoFixture t;
  const int file = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(listen(listener, 1) == 0);

  CHECK(TcpStream::adopt(t.loop, file).error() == std::errc::not_a_socket);
  CHECK(TcpStream::adopt(t.loop, datagrams).error() == Errc::invalid);
  const Error listens = TcpStream::adopt(t.loop, listener).error();

  CHECK(listens.context() == "adopt a socket: the socket listens; a Listener may adopt it");
  CHECK(fcntl(file, F_GETFD) == -1);
  CHECK(fcntl(datagrams, F_GETFD) == -1);
  CHECK(fcntl(listener, F_GETFD) == -1);
}

// hardening 76
TEST_CASE("a reset while octets wait unread is an error, never an orderly end") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  Recorder sink;
  pair.theirs.start(sink);
  pair.theirs.pause();
  pair.ours.write(std::string(100'000, 'x'));
  t.run_until_idle();
  pair.ours.reset();
  t.run_until_idle();

  pair.theirs.resume();
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(*sink.error == std::errc::connection_reset);
  CHECK(sink.ends == 0);
}

// hardening 76
TEST_CASE("a reset fails the read that waits, once, and every later one") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  pair.ours.write("half a requ");
  auto read = pair.theirs.read_line();
  CHECK_FALSE(t.poll(read));

  pair.ours.reset();

  CHECK(t.get(std::move(read)).error() == std::errc::connection_reset);
  CHECK(t.get(pair.theirs.read()).value() == "half a requ");
  CHECK(t.get(pair.theirs.read()).error() == std::errc::connection_reset);
}

// hardening 76
TEST_CASE("while reading is paused the next write notices a reset") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  Recorder sink;
  pair.theirs.start(sink);
  pair.theirs.pause();
  pair.ours.write("something that makes the pause real");
  t.run_until_idle();
  pair.ours.reset();
  t.run_until_idle();
  CHECK(sink.errors == 0);

  pair.theirs.write("answer");
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(*sink.error == peer_gone);
}

// hardening 77, 79
TEST_CASE("a peer that has ended its sending still gets the answer, however late") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  pair.ours.write("question\n");
  CHECK(t.get(pair.ours.shutdown()));
  CHECK(t.get(pair.theirs.read_line()).value() == "question");
  CHECK(t.get(pair.theirs.read()).error() == Errc::end_of_stream);
  t.clock.advance(seconds(10));

  pair.theirs.write("answer");
  CHECK(t.get(pair.theirs.shutdown()));

  CHECK(t.get(pair.ours.read_exactly(6)).value() == "answer");
  CHECK(t.get(pair.ours.read()).error() == Errc::end_of_stream);
}

// hardening 78
TEST_CASE("an end in the middle is told apart from a complete read") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  pair.ours.write("12345");
  CHECK(t.get(pair.ours.shutdown()));

  CHECK(t.get(pair.theirs.read_exactly(10)).error() == Errc::end_of_stream);
}

// hardening 82
TEST_CASE("a write to a peer that is gone is one error and no signal") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  Recorder sink;
  pair.theirs.start(sink);
  pair.ours = {};
  pair.theirs.write("first");
  t.run_until_idle();
  pair.theirs.write("second");
  pair.theirs.write("third");
  t.run_until_idle();
  pair.theirs.write("fourth");
  t.run_until_idle();

  CHECK(sink.errors == 1);
  CHECK(*sink.error == peer_gone);
}

// hardening 82
TEST_CASE("a failed write fails drain and shutdown with its cause") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  pair.theirs.write(std::string(12 * 1024 * 1024, 'x'));
  auto drained = pair.theirs.drain();
  auto ended = pair.theirs.shutdown();
  CHECK_FALSE(t.poll(drained));

  pair.ours.reset();

  CHECK(t.get(std::move(drained)).error() == peer_gone);
  CHECK(t.get(std::move(ended)).error() == peer_gone);
  CHECK(t.get(pair.theirs.drain()).error() == peer_gone);
}

// hardening 83
TEST_CASE("a closed stream refuses everything with Errc::closed") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  auto read = pair.ours.read();
  pair.ours.close();
  pair.ours.close();

  pair.ours.write("late");

  CHECK(t.get(std::move(read)).error() == Errc::closed);
  CHECK(t.get(pair.ours.read()).error() == Errc::closed);
  CHECK(t.get(pair.ours.drain()).error() == Errc::closed);
  CHECK(t.get(pair.ours.shutdown()).error() == Errc::closed);
  CHECK(pair.ours.statistic().bytes_refused == 4);
  pair.ours.reset();
  CHECK_FALSE(pair.ours.open());
}

// hardening 84
TEST_CASE("small buffers of the kernel cut writes, and the content stays intact") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  set_option(pair.ours, SO_SNDBUF, 1);
  std::string many;
  for (int i = 0; i < 100'000; ++i)
    many += std::to_string(i);

  pair.ours.write(many);
  CHECK(pair.ours.queued() > 0);

  CHECK(t.get(pair.theirs.read_exactly(many.size())).value() == many);
}

TEST_CASE("an idle stream is one block of less than 700 octets") {
  CHECK(sizeof(detail::SocketStream) < 700);
}
