// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

TEST_CASE("timers fire in the order of their times") {
  Fixture t;
  std::string order;
  Timer late(t.loop, [&order] { order += 'c'; });
  Timer early(t.loop, [&order] { order += 'a'; });
  Timer middle(t.loop, [&order] { order += 'b'; });
  late.start(3s);
  early.start(1s);
  middle.start(2s);

  t.clock.advance(5s);

  CHECK(order == "abc");
}

TEST_CASE("timers of one time fire in the order in which they were armed") {
  Fixture t;
  std::string order;
  Timer a(t.loop, [&order] { order += 'a'; });
  Timer b(t.loop, [&order] { order += 'b'; });
  Timer c(t.loop, [&order] { order += 'c'; });
  c.start(1s);
  a.start(1s);
  b.start(1s);

  t.clock.advance(1s);

  CHECK(order == "cab");
}

TEST_CASE("a timer of zero or less fires in the next pass, once, and does not spin") {
  Fixture t;
  int fired = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(t.loop, [&] {
    if (++fired < 3) timer->start(-1s);
  });
  timer->start(0s);
  CHECK(fired == 0);

  t.loop.turn();
  CHECK(fired == 1);  // what is armed meanwhile waits for the next pass
  t.loop.turn();
  CHECK(fired == 2);
  t.run_until_idle();
  CHECK(fired == 3);
}

TEST_CASE("a timer as long as time does not overflow") {
  Fixture t;
  bool fired = false;
  Timer timer(t.loop, [&fired] { fired = true; });
  timer.start(Duration::max());
  CHECK(timer.armed());
  CHECK(t.loop.next_timer() == TimePoint::max());

  t.clock.advance(24h * 365);
  timer.stop();

  CHECK_FALSE(fired);
}

TEST_CASE("a timer that is started again moves") {
  Fixture t;
  int fired = 0;
  Timer timer(t.loop, [&fired] { ++fired; });
  timer.start(1s);
  timer.start(3s);
  t.clock.advance(2s);
  CHECK(fired == 0);

  t.clock.advance(1s);

  CHECK(fired == 1);
}

TEST_CASE("a timer may be destroyed, stopped and started inside its callback") {
  Fixture t;
  int fired = 0;
  std::unique_ptr<Timer> suicide;
  suicide = std::make_unique<Timer>(t.loop, [&] {
    ++fired;
    suicide->start(1s);
    suicide->stop();
    suicide->start(1s);
    suicide.reset();
  });
  suicide->start(1s);

  t.clock.advance(5s);

  CHECK(fired == 1);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a callback may remove any of a thousand timers from the heap") {
  Fixture t;
  std::vector<std::unique_ptr<Timer>> timers(1000);
  int fired = 0;
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i] = std::make_unique<Timer>(t.loop, [&timers, &fired, i] {
      ++fired;
      timers[(i * 7 + 1) % timers.size()].reset();
    });
    timers[i]->start(std::chrono::milliseconds(i * 37 % 500));
  }

  t.clock.advance(1s);

  CHECK(fired > 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("what a timer throws is reported and the loop goes on") {
  Fixture t;
  bool after = false;
  Timer bad(t.loop, [] { throw std::runtime_error("broken"); });
  Timer good(t.loop, [&after] { after = true; });
  bad.start(1s);
  good.start(2s);

  t.clock.advance(2s);

  CHECK(after);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a jump of the wall clock moves no timer") {
  Fixture t;
  bool fired = false;
  Timer timer(t.loop, [&fired] { fired = true; });
  timer.start(1h);

  t.clock.jump_wall(24h * 365);
  t.run_until_idle();
  CHECK_FALSE(fired);
  t.clock.jump_wall(-24h * 730);
  t.clock.advance(1h);

  CHECK(fired);
}

TEST_CASE("after a long stall each timer fires once, in order") {
  Fixture t;
  std::string order;
  Timer a(t.loop, [&order] { order += 'a'; });
  Timer b(t.loop, [&order] { order += 'b'; });
  a.start(1s);
  b.start(2s);

  t.clock.advance(8h);

  CHECK(order == "ab");
}

TEST_CASE("the machine's clock drives timers too, never early") {
  Loop loop;
  const TimePoint start = loop.now();

  CHECK(loop.run_until(loop.sleep(3ms)).has_value());

  CHECK(loop.now() - start >= 3ms);
}

// libuv 2.10: it takes the time of the turn's beginning for now
TEST_CASE("a timer that is armed at the end of a long callback is not early") {
  Loop loop;
  const TimePoint start = loop.now();
  const auto long_callback = [&loop, start] {
    while (loop.now() - start < 5ms) {
    }
    return loop.sleep(3ms);
  };

  CHECK(loop.run_until(ready_future().then(long_callback)).has_value());

  CHECK(loop.now() - start >= 8ms);
}
