// SPDX-License-Identifier: MIT
#include <eddy/core/wheel.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

/// A limit that counts, and does as it is told when it is due.
struct Watched {
  explicit Watched(Function<void(Watched&)> what = nullptr) : action(std::move(what)) {}

  static void on_due(Limit& limit) noexcept {
    auto& self = reinterpret_cast<Watched&>(limit);  // the first member
    ++self.fired;
    if (self.action) self.action(self);
  }

  Limit limit{&Watched::on_due};
  int fired = 0;
  Function<void(Watched&)> action;
};

/// A clock that jumps past timers, as that of a machine under load.
struct JumpClock final : Clock {
  TimePoint now() const noexcept override { return time; }
  WallTime wall() const noexcept override { return {}; }
  bool manual() const noexcept override { return true; }
  TimePoint time{std::chrono::hours(1)};
};

}  // namespace

TEST_CASE("a limit fires at most one tick late and never early") {
  Fixture t;
  t.clock.advance(249ms);
  Watched first;
  first.limit.start(t.loop, 10ms);  // from here on the wheel turns
  Watched watched;
  t.clock.advance(1ms);
  watched.limit.start(t.loop, 100ms);

  t.clock.advance(99ms);
  CHECK(watched.fired == 0);
  t.clock.advance(1ms + Limit::tick);
  CHECK(watched.fired == 1);
  CHECK(first.fired == 1);
}

TEST_CASE("a limit that is started again moves, one that is cancelled never fires") {
  Fixture t;
  Watched moved;
  Watched canceled;
  moved.limit.start(t.loop, 1s);
  canceled.limit.start(t.loop, 1s);

  moved.limit.start(t.loop, 3s);
  canceled.limit.cancel();
  t.clock.advance(2s);
  CHECK(moved.fired == 0);
  t.clock.advance(2s);

  CHECK(moved.fired == 1);
  CHECK(canceled.fired == 0);
}

TEST_CASE("a limit that is put off again and again fires once, after the last of its lengths") {
  Fixture t;
  Watched watched;
  watched.limit.start(t.loop, 1s);
  t.clock.advance(500ms);
  watched.limit.start(t.loop, 1s);
  t.clock.advance(500ms);
  watched.limit.start(t.loop, 10s);

  t.clock.advance(10s - 1ms);
  CHECK(watched.fired == 0);
  t.clock.advance(1ms + Limit::tick);

  CHECK(watched.fired == 1);
}

TEST_CASE("a limit that was put off can be brought forward again") {
  Fixture t;
  Watched watched;
  watched.limit.start(t.loop, 1s);
  watched.limit.start(t.loop, 1h);
  watched.limit.start(t.loop, 2s);

  t.clock.advance(2s - 1ms);
  CHECK(watched.fired == 0);
  t.clock.advance(1ms + Limit::tick);

  CHECK(watched.fired == 1);
}

TEST_CASE("a limit that another of its tick puts off waits for its new time") {
  Fixture t;
  Watched second;
  Watched first([&](Watched&) { second.limit.start(t.loop, 5s); });
  first.limit.start(t.loop, 1s);
  second.limit.start(t.loop, 1s);

  t.clock.advance(2s);
  CHECK(first.fired == 1);
  CHECK(second.fired == 0);
  t.clock.advance(5s);

  CHECK(second.fired == 1);
}

TEST_CASE("a limit of zero or less means none") {
  Fixture t;
  Watched watched;
  watched.limit.start(t.loop, 0s);
  CHECK_FALSE(watched.limit.armed());
  watched.limit.start(t.loop, -1s);
  CHECK_FALSE(watched.limit.armed());
}

TEST_CASE("a limit as long as time does not overflow") {
  Fixture t;
  Watched watched;
  watched.limit.start(t.loop, Duration::max());
  t.clock.advance(10min);

  CHECK(watched.fired == 0);
  CHECK(watched.limit.armed());
}

TEST_CASE("a limit beyond one round of the wheel fires in its own round") {
  Fixture t;
  Watched watched;
  watched.limit.start(t.loop, 1h);
  t.clock.advance(1h - 1ms);
  CHECK(watched.fired == 0);

  t.clock.advance(1ms + Limit::tick);

  CHECK(watched.fired == 1);
}

TEST_CASE("a limit may start itself again in its callback") {
  Fixture t;
  Watched watched([&t](Watched& self) { self.limit.start(t.loop, 1s); });
  watched.limit.start(t.loop, 1s);

  t.clock.advance(10s);

  CHECK(watched.fired >= 8);
  CHECK(watched.limit.armed());
}

TEST_CASE("a limit may be destroyed by its callback, or by another's of the same tick") {
  Fixture t;
  auto other = std::make_unique<Watched>();
  auto self = std::make_unique<Watched>();
  self->action = [&](Watched&) {
    other.reset();
    self.reset();
  };
  self->limit.start(t.loop, 1s);
  other->limit.start(t.loop, 1s);

  t.clock.advance(2s);

  CHECK(self == nullptr);
  CHECK(other == nullptr);
}

TEST_CASE("after a stall longer than a round every limit that is due fires") {
  JumpClock clock;
  Loop loop(Loop::Options{.clock = &clock});
  std::vector<Watched> limits(100);
  auto after = 1s;
  for (Watched& each : limits)
    each.limit.start(loop, after += 1s);

  clock.time += 1h;
  loop.turn();

  int fired = 0;
  for (const Watched& each : limits)
    fired += each.fired;
  CHECK(fired == 100);
}

TEST_CASE("a callback that takes long makes no limit miss its tick") {
  JumpClock clock;
  Loop loop(Loop::Options{.clock = &clock});
  Watched next;
  Watched newcomer;
  Watched slow([&](Watched&) {
    clock.time += 750ms;
    newcomer.limit.start(loop, 1s);
  });
  slow.limit.start(loop, 1ms);
  next.limit.start(loop, 500ms);

  clock.time += Limit::tick;
  loop.turn();
  CHECK(slow.fired == 1);
  clock.time += Limit::tick;
  loop.turn();

  CHECK(next.fired == 1);
  CHECK(newcomer.fired == 0);
}

TEST_CASE("cancelled limits leave no timer behind") {
  Fixture t;
  Watched watched;
  watched.limit.start(t.loop, 1s);
  watched.limit.cancel();

  CHECK(t.loop.statistic().active_timers == 0);
  t.clock.advance(1s);
  CHECK_FALSE(t.loop.next_timer().has_value());
}
