// SPDX-License-Identifier: MIT
//
// The rules of the design in their own words. Each is proved in depth where its subject is tested:
// 1 future_then, loop; 2 future_drop; 3 future_cancel, finally; 4 future_drop, future_drop_bulk;
// 5 six_deaths; 6 fixture; 7 tests/house/headers.py and layout; 8 loop; 9 and 10
// tests/house/layers.py; 11 loop, task_group; 12 timer, fixture.
#include <eddy/core/promise.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/testing/fixture.hpp>

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("rule 1: continuations never run inline, neither in then nor in set_value") {
  Fixture t;
  std::string events;
  Promise<void> promise(t.loop);
  auto from_promise = promise.future().then([&events] { events += 'p'; });

  auto from_ready = ready_future().then([&events] { events += 'r'; });
  std::move(promise).set_value();
  CHECK(events.empty());

  t.run_until_idle();
  CHECK(events == "rp");
}

TEST_CASE("rule 1: ready continuations are drained first in, first out, when the scope ends") {
  Fixture t;
  std::string events;
  Future<void> a;
  Future<void> b;
  Timer timer(t.loop, [&] {
    a = ready_future().then([&events] { events += 'a'; });
    b = ready_future().then([&events] { events += 'b'; });
    events += 't';
  });
  timer.start(0s);

  t.loop.turn();

  CHECK(events == "tab");
}

TEST_CASE("rule 2: drop is hard cancel, and nothing of the chain runs afterwards") {
  Fixture t;
  ProbeCount probes;
  bool ran = false;
  auto chain = t.loop.sleep(1s).then([&ran, probe = Probe(probes)] { ran = true; });

  chain = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
  t.clock.advance(2s);
  CHECK_FALSE(ran);
}

TEST_CASE("rule 3: cancel is soft, finally runs, clean-up may be asynchronous") {
  Fixture t;
  std::string events;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", t.loop.sleep(100s).finally([&] {
    events += "begin ";
    return t.loop.sleep(1s).then([&events] { events += "end"; });
  }));

  task.cancel();
  t.run_until_idle();
  CHECK(events == "begin ");

  t.clock.advance(1s);
  CHECK(events == "begin end");
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("rule 4: a callback may destroy anything, itself included") {
  struct Service {
    explicit Service(Loop& loop) : timer(loop, [] {}), tasks(loop) {}
    Timer timer;
    TaskGroup tasks;
  };
  Fixture t;
  ProbeCount probes;
  auto service = std::make_unique<Service>(t.loop);
  service->timer.start(1h);
  service->tasks.spawn(
      "own", t.loop.sleep(1s).then([&service, probe = Probe(probes)] { service.reset(); }));

  t.clock.advance(1s);

  CHECK(service == nullptr);
  CHECK(probes.alive == 0);
}

TEST_CASE("rule 5: every libuv handle has two owners, and whoever lets go last frees") {
  std::optional<Loop> loop(std::in_place);
  auto wrapper_first = SignalWatcher::watch(*loop, SIGUSR1, [](int) {});
  auto loop_first = SignalWatcher::watch(*loop, SIGUSR1, [](int) {});
  CHECK(loop->statistic().open_handles == 2);

  wrapper_first = Errc::closed;
  loop->turn();
  CHECK(loop->statistic().open_handles == 1);
  loop.reset();

  CHECK(loop_first.has_value());
}

TEST_CASE("rule 6: errors are values, and none is dropped unread") {
  Fixture t;
  {
    auto abandoned = failed_future<int>(Errc::closed).then([](int) {});
  }

  CHECK(t.loop.statistic().unread_errors == 1);
  CHECK(t.take_unread().front().error == Errc::closed);
}

TEST_CASE("rule 7: a handle class is one pointer") {
  CHECK(sizeof(Timer) == sizeof(void*));
  CHECK(sizeof(SignalWatcher) == sizeof(void*));
}

TEST_CASE("rule 8: no default loop, one loop a thread") {
  Fixture t;
  Loop* here = this_thread_loop();
  Loop* there = here;
  std::thread other([&there] { there = this_thread_loop(); });
  other.join();

  CHECK(here == &t.loop);
  CHECK(there == nullptr);
}

TEST_CASE("rule 11: the ready queue has a bound a turn") {
  Fixture t(Loop::Options{.drain_budget = 3});
  int ran = 0;
  int ran_at_timer = 0;
  Timer timer(t.loop, [&] { ran_at_timer = ran; });
  std::vector<Future<void>> ready;
  for (int i = 0; i < 100; ++i)
    ready.push_back(ready_future().then([&] {
      if (++ran == 1) timer.start(0s);
    }));

  t.run_until_idle();

  CHECK(ran_at_timer > 0);
  CHECK(ran_at_timer < 10);
  CHECK(ran == 100);
}

TEST_CASE("rule 12: time is injectable, a test moves the clock") {
  Fixture t;
  bool ran = false;
  auto chain = t.loop.sleep(24h * 365).then([&ran] { ran = true; });

  t.clock.advance(24h * 365 - 1ns);
  CHECK_FALSE(ran);
  t.clock.advance(1ns);

  CHECK(ran);
}
