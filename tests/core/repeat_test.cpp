// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <stdexcept>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("repeat calls its body until it says done, each time in a turn of its own") {
  Fixture t;
  int turns = 0;
  auto loop = repeat(t.loop, [&turns] { return ++turns < 3 ? Next::again : Next::done; });
  CHECK(turns == 0);

  CHECK(t.poll(loop));

  CHECK(turns == 3);
}

TEST_CASE("repeat waits for the future of its body") {
  Fixture t;
  int turns = 0;
  auto loop = repeat(t.loop, [&] {
    return t.loop.sleep(1s).then([&turns] { return ++turns < 3 ? Next::again : Next::done; });
  });
  t.clock.advance(2s);
  CHECK(turns == 2);
  CHECK_FALSE(loop.ready());

  t.clock.advance(1s);

  CHECK(loop.ready());
}

TEST_CASE("an error or an exception of the body ends the repetition") {
  Fixture t;
  auto thrown = repeat(t.loop, []() -> Next { throw std::runtime_error("broken"); });
  auto failed = repeat(t.loop, [] { return failed_future<Next>(Errc::closed); });

  CHECK(t.get(std::move(thrown)).error() == Errc::exception);
  CHECK(t.get(std::move(failed)).error() == Errc::closed);
}

TEST_CASE("the body of a repeat may drop it") {
  Fixture t;
  ProbeCount probes;
  Future<void> plain;
  Future<void> waiting;
  plain = repeat(t.loop, [&plain, probe = Probe(probes)] {
    plain = {};
    return Next::again;
  });
  waiting = repeat(t.loop, [&waiting, &t, probe = Probe(probes)] {
    waiting = {};
    return t.loop.sleep(1s, Next::again);
  });

  t.run_until_idle();

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("soft cancel reaches what the body of a repeat waits for") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", repeat(t.loop, [&t] { return t.loop.sleep(1s, Next::again); }));
  t.clock.advance(10s);

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a body that never waits is cancelled between its turns") {
  Fixture t;
  Task task;
  TaskGroup group(t.loop);
  int turns = 0;
  task = group.spawn("work", repeat(t.loop, [&] {
                       if (++turns == 5) task.cancel();
                       return Next::again;
                     }));

  t.run_until_idle();

  CHECK(turns == 5);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("the captures of a repeat die when it ends, though its future is kept") {
  Fixture t;
  auto held = std::make_shared<int>();
  auto plain = repeat(t.loop, [held] { return Next::done; });
  auto waiting = repeat(t.loop, [held, &t] { return t.loop.sleep(1s, Next::done); });
  auto failing = repeat(t.loop, [held] { return failed_future<Next>(Errc::closed); });
  auto throwing = repeat(t.loop, [held]() -> Next { throw std::runtime_error("broken"); });
  CHECK(held.use_count() == 5);

  t.run_until_idle();
  CHECK(held.use_count() == 2);  // one still waits
  t.clock.advance(1s);

  CHECK(held.use_count() == 1);
  CHECK(plain.ready());
  CHECK(waiting.ready());
  CHECK(t.get(std::move(failing)).error() == Errc::closed);
  CHECK(t.get(std::move(throwing)).error() == Errc::exception);
}

TEST_CASE("the captures of a repeat die when soft cancel ends it") {
  Fixture t;
  auto held = std::make_shared<int>();
  TaskGroup group(t.loop);
  auto plain =
      repeat(t.loop, [held] { return Next::again; }).finally([&t] { return t.loop.sleep(1s); });
  auto waiting = repeat(t.loop, [held, &t] { return t.loop.sleep(1s, Next::again); });
  Task first = group.spawn("plain", std::move(plain));
  Task second = group.spawn("waiting", std::move(waiting));
  t.loop.turn();
  CHECK(held.use_count() == 3);

  first.cancel();
  second.cancel();
  t.run_until_idle();

  CHECK(held.use_count() == 1);
  CHECK(first.state() == TaskState::running);  // in its clean-up
  t.clock.advance(1s);
  CHECK(first.state() == TaskState::canceled);
}

TEST_CASE("the captures of a repeat may drop it as they die") {
  Fixture t;
  ProbeCount probes;
  Future<void> plain;
  Future<void> waiting;
  plain = repeat(t.loop, [probe = Probe(probes, [&plain] { plain = {}; })] { return Next::done; });
  waiting = repeat(t.loop, [&t, probe = Probe(probes, [&waiting] { waiting = {}; })] {
    return t.loop.sleep(1s, Next::done);
  });

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK_FALSE(plain.valid());
  CHECK_FALSE(waiting.valid());
}
