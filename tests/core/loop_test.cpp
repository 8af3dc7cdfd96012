// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("run returns when nothing is left to wait for, and may be called again") {
  Loop loop;
  int ran = 0;
  auto first = ready_future().then([&ran] { ++ran; });
  loop.run();
  CHECK(ran == 1);

  auto second = loop.sleep(1ms).then([&ran] { ++ran; });
  loop.run();
  CHECK(ran == 2);
}

TEST_CASE("stop makes run return, what is ready stays ready, and run goes on with it") {
  Loop loop;
  std::string events;
  auto a = ready_future().then([&] {
    events += 'a';
    loop.stop();
  });
  auto b = ready_future().then([&events] { events += 'b'; });

  loop.run();
  CHECK(events == "a");
  loop.run();
  CHECK(events == "ab");
}

TEST_CASE("a loop that was stopped before it polled may be destroyed") {
  Loop loop;
  auto future = ready_future().then([&loop] { loop.stop(); });
  loop.run();
  CHECK(future.ready());
}

TEST_CASE("stop keeps timers that are due for the next run") {
  Fixture t;
  std::string events;
  Timer a(t.loop, [&] {
    events += 'a';
    t.loop.stop();
  });
  Timer b(t.loop, [&events] { events += 'b'; });
  a.start(0s);
  b.start(0s);

  t.loop.turn();
  CHECK(events == "a");
  t.loop.turn();
  CHECK(events == "ab");
}

TEST_CASE("a stop in the turn of a post does not lose the post") {
  Loop loop;
  bool ran = false;
  const Poster poster = loop.poster();
  Timer timer(loop, [&] {
    REQUIRE(poster.post([&ran] { ran = true; }));
    loop.stop();
  });
  timer.start(0s);
  loop.run();
  CHECK_FALSE(ran);

  CHECK(poster.post([] {}));
  Timer end(loop, [] {});
  end.start(1ms);
  loop.run();

  CHECK(ran);
}

TEST_CASE("run_until after stop says canceled") {
  Loop loop;
  Promise<int> promise(loop);
  Timer timer(loop, [&loop] { loop.stop(); });
  timer.start(0s);

  CHECK(loop.run_until(promise.future()).error() == Errc::canceled);
}

TEST_CASE("no more than the drain budget runs before timers get their turn") {
  Fixture t(Loop::Options{.drain_budget = 10});
  int turns = 0;
  int turns_at_timer = 0;
  auto busy = repeat(t.loop, [&turns] { return ++turns < 100 ? Next::again : Next::done; });
  Timer timer(t.loop, [&] { turns_at_timer = turns; });
  timer.start(0s);

  t.loop.turn();
  t.loop.turn();

  CHECK(turns_at_timer <= 20);
  CHECK(turns < 100);
  t.run_until_idle();
  CHECK(turns == 100);
}

TEST_CASE("no more than the drain budget runs before the kernel's events get their turn") {
  Loop loop(Loop::Options{.drain_budget = 10});
  int turns = 0;
  int turns_at_post = 0;
  const Poster poster = loop.poster();
  auto busy = repeat(loop, [&] {
    if (turns == 0) CHECK(poster.post([&] { turns_at_post = turns; }));
    return ++turns < 10'000 ? Next::again : Next::done;
  });

  CHECK(loop.run_until(std::move(busy)).has_value());

  CHECK(turns_at_post > 0);
  CHECK(turns_at_post < 100);
}

TEST_CASE("next_turn resolves after the kernel's events of this turn") {
  Fixture t;
  std::string events;
  auto next = t.loop.next_turn().then([&events] { events += 'n'; });
  CHECK(t.loop.poster().post([&events] { events += 'p'; }));

  t.run_until_idle();

  CHECK(events == "pn");
}

TEST_CASE("a next_turn that is dropped never comes") {
  Fixture t;
  bool ran = false;
  auto next = t.loop.next_turn().then([&ran] { ran = true; });

  next = {};
  t.run_until_idle();

  CHECK_FALSE(ran);
}

TEST_CASE("now is the clock that the loop was given") {
  Fixture t;
  const TimePoint before = t.loop.now();
  t.clock.advance(3s);
  CHECK(t.loop.now() - before == 3s);
}

TEST_CASE("a loop is that of its thread, and there is none after it") {
  CHECK(this_thread_loop() == nullptr);
  {
    Loop loop;
    CHECK(this_thread_loop() == &loop);
  }
  CHECK(this_thread_loop() == nullptr);
}

TEST_CASE("after the loop nothing runs, and captures die with the future") {
  ProbeCount probes;
  bool ran = false;
  Future<void> chain;
  {
    Loop loop;
    chain = loop.sleep(1ms).then([&ran, probe = Probe(probes)] { ran = true; });
  }
  CHECK(probes.alive == 1);

  chain = {};

  CHECK(probes.alive == 0);
  CHECK_FALSE(ran);
}

TEST_CASE("what is posted but not run dies with the loop, and may ask it for the time") {
  ProbeCount probes;
  {
    Loop loop;
    CHECK(loop.poster().post([probe = Probe(probes, [&loop] { std::ignore = loop.now(); })] {}));
  }
  CHECK(probes.alive == 0);
}

TEST_CASE("a timer that is armed while the loop ends does nothing") {
  ProbeCount probes;
  std::optional<Timer> timer;
  {
    Loop loop;
    timer.emplace(loop, [] {});
    CHECK(loop.poster().post([probe = Probe(probes, [&timer] { timer->start(1s); })] {}));
  }
  CHECK(probes.alive == 0);
  CHECK_FALSE(timer->armed());
}
