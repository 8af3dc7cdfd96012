// SPDX-License-Identifier: MIT
//
// connect() to Unix sockets. A queue of connections that is full is no error, only a delay: the
// kernel makes a blocking connect wait there, and tells one that must not block to try again.
#include <cerrno>

#include "io/system.hpp"
#include "silent.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A Unix listener with a client that waits, and no room for another.
struct Full {
  explicit Full(Fixture& t)
      : listener(Listener::bind(t.loop, "unix:@eddy-full-queue"_addr, {.backlog = 0}).value()),
        first(t.get(connect(t.loop, listener.local())).value()) {}

  Listener listener;
  TcpStream first;
};

int connects = 0;

int counted_connect(int descriptor, const sockaddr* address, socklen_t size) {
  ++connects;
  return ::connect(descriptor, address, size);
}

class CountedConnects {
 public:
  CountedConnects() : calls_(detail::kernel_calls) {
    connects = 0;
    calls_.connect = &counted_connect;
    detail::system_calls = &calls_;
  }
  CountedConnects(const CountedConnects&) = delete;
  CountedConnects& operator=(const CountedConnects&) = delete;
  ~CountedConnects() { detail::system_calls = &detail::kernel_calls; }

 private:
  detail::SystemCalls calls_;
};

}  // namespace

TEST_CASE("a connect to a Unix socket whose queue is full waits until there is room") {
  IoFixture t;
  Full full(t);
  auto connecting = connect(t.loop, full.listener.local());
  t.clock.advance(seconds(1));
  CHECK_FALSE(t.poll(connecting));

  CHECK(t.get(full.listener.accept()));
  t.clock.advance(milliseconds(100));

  CHECK(t.poll(connecting));
  CHECK(t.get(std::move(connecting)).value().open());
}

TEST_CASE("a connect to a Unix socket whose queue stays full ends at its limit") {
  IoFixture t;
  Full full(t);
  auto connecting = connect(t.loop, full.listener.local(), seconds(2));
  t.clock.advance(milliseconds(1999));
  CHECK_FALSE(t.poll(connecting));

  t.clock.advance(milliseconds(1));

  const auto stream = t.get(std::move(connecting));
  CHECK(stream.error() == Errc::timed_out);
  CHECK(stream.error().context() ==
        "connect unix:@eddy-full-queue: limit of 2000 ms, 2000 ms elapsed");
}

TEST_CASE("a full Unix socket is asked at a slowing pace, ten times a second in the end") {
  IoFixture t;
  Full full(t);
  const CountedConnects counted;
  auto connecting = connect(t.loop, full.listener.local());

  t.clock.advance(seconds(1));
  const int in_first_second = connects;
  t.clock.advance(seconds(1));

  CHECK(in_first_second >= 10);
  CHECK(in_first_second <= 20);
  CHECK(connects - in_first_second <= 10);
  CHECK_FALSE(connecting.ready());
}

TEST_CASE(
    "a connect that waits for a Unix socket can be dropped and cancelled, and holds nothing") {
  IoFixture t;
  Full full(t);
  const std::size_t before = open_descriptors();
  auto dropped = connect(t.loop, full.listener.local());
  auto cancelled = connect(t.loop, full.listener.local(), seconds(0)).timeout(seconds(1));
  CHECK(open_descriptors() == before);

  dropped = {};
  t.clock.advance(seconds(1));

  CHECK(t.get(std::move(cancelled)).error() == Errc::timed_out);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a Unix socket that goes away while a connect waits for it refuses") {
  IoFixture t;
  Full full(t);
  auto connecting = connect(t.loop, full.listener.local());
  CHECK_FALSE(t.poll(connecting));

  full.listener.close();
  t.clock.advance(milliseconds(1));

  CHECK(t.get(std::move(connecting)).error() == std::errc::connection_refused);
}

TEST_CASE("a full Unix socket may be followed by another address") {
  IoFixture t;
  Full full(t);
  auto other = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  auto connecting = connect(t.loop, std::vector{full.listener.local(), other.local()});
  CHECK_FALSE(t.poll(connecting));

  t.clock.advance(milliseconds(250));

  CHECK(t.get(std::move(connecting)).value().peer() == other.local());
}

TEST_CASE("a Unix connection may come from an abstract name, not from a path, which would stay") {
  IoFixture t;
  auto listener = Listener::bind(t.loop, "unix:@eddy-named-client"_addr).value();
  auto accepting = listener.accept();

  const auto ours =
      t.get(connect(t.loop, listener.local(), {.bind_to = "unix:@eddy-client"_addr})).value();
  const auto refused = t.get(connect(t.loop, listener.local(), {.bind_to = "unix:/x"_addr}));

  CHECK(t.get(std::move(accepting)).value().peer() == "unix:@eddy-client"_addr);
  CHECK(refused.error() == Errc::invalid);
}
