// SPDX-License-Identifier: MIT
//
// The fixture fails the test that caused a fault: shown by tests that fail, in a child process.
#include <eddy/core/promise.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/testing/fixture.hpp>

#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "testing/support.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::run_as_test;

TEST_CASE("a test without a fault passes") {
  const auto end = run_as_test([] {
    Fixture t;
    CHECK(*t.get(ready_future(1)) == 1);
  });

  CHECK(end.exit_code() == 0);
  CHECK(end.printed("1 passed"));
}

TEST_CASE("an unread error fails the test that caused it") {
  const auto end = run_as_test([] {
    Fixture t;
    { const auto lost = failed_future<int>(Errc::closed); }
  });

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("an error was not read: closed"));
  CHECK(end.printed("fixture_test.cpp"));
}

TEST_CASE("an error that is lost while the loop ends fails its test too") {
  const auto end = run_as_test([] {
    auto lost = std::make_unique<Future<int>>();
    Fixture t;
    *lost = failed_future<int>(Errc::closed);
    t.run_until_idle();
    std::ignore = t.loop.poster().post([lost = std::move(lost)] {});
    t.loop.stop();
  });

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("an error was not read"));
}

TEST_CASE("an error that the test took does not fail it") {
  const auto end = run_as_test([] {
    Fixture t;
    { const auto lost = failed_future<int>(Errc::closed); }
    CHECK(t.take_unread().size() == 1);
  });

  CHECK(end.exit_code() == 0);
}

TEST_CASE("a future, a timer or a handle that outlives its fixture fails the test") {
  const auto future = run_as_test([] {
    std::unique_ptr<Promise<int>> late;
    Fixture t;
    late = std::make_unique<Promise<int>>(t.loop);
  });
  const auto timer = run_as_test([] {
    std::unique_ptr<Timer> late;
    Fixture t;
    late = std::make_unique<Timer>(t.loop, [] {});
    late->start(1s);
  });
  const auto handle = run_as_test([] {
    std::optional<SignalWatcher> late;
    Fixture t;
    late = *SignalWatcher::watch(t.loop, SIGUSR1, [](int) {});
  });

  CHECK(future.exit_code() == 1);
  CHECK(future.printed("futures left alive: 1"));
  CHECK(timer.printed("timers left armed: 1"));
  CHECK(handle.printed("handles left open: 1"));
}

TEST_CASE("a task that outlives its fixture fails the test, by its name") {
  const auto end = run_as_test([] {
    std::optional<TaskGroup> late;
    Fixture t;
    late.emplace(t.loop);
    late->spawn("forgotten", t.loop.next_turn().then([&t] { return t.loop.sleep(1h); }));
  });

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("a task is left alive: forgotten"));
}

TEST_CASE("the fixture moves its clock") {
  Fixture t;
  std::string fired;
  auto first = t.loop.sleep(1s).then([&fired] { fired += 'a'; });
  auto second = t.loop.sleep(5s).then([&fired] { fired += 'b'; });

  t.advance(1s);
  CHECK(fired == "a");
  CHECK(t.advance_to_next_timer());
  CHECK(fired == "ab");
  CHECK_FALSE(t.advance_to_next_timer());
}

TEST_CASE("an error that a handler turned into a value is not unread") {
  Fixture t;
  auto chain = failed_future<int>(Errc::closed).or_else([](const Error&) { return 1; });
  CHECK(t.poll(chain));
  chain = {};
  CHECK(t.loop.statistic().unread_errors == 0);
}

TEST_CASE("the cancellation of dropped work is not an unread error") {
  Fixture t;
  { const auto lost = failed_future<int>(Errc::canceled); }
  CHECK(t.loop.statistic().unread_errors == 0);
}

TEST_CASE("an unread error names the continuation that lost it") {
  Fixture t;
  { const auto lost = failed_future<int>(Errc::closed, Site{"here.cpp", 7}); }

  const auto unread = t.take_unread();

  REQUIRE(unread.size() == 1);
  CHECK(unread.front().site.line == 7);
}

TEST_CASE("the manual clock stops at every timer on its way") {
  Fixture t;
  TimePoint seen{};
  const TimePoint start = t.clock.now();
  auto chain = t.loop.sleep(1s).then([&] { seen = t.loop.now(); });

  t.clock.advance(10s);

  CHECK(seen - start == 1s);
  CHECK(t.clock.now() - start == 10s);
}

TEST_CASE("the manual clock does not go back, nor beyond the end of time") {
  const auto back = run_as_test([] {
    Fixture t;
    t.clock.advance(-1s);
  });
  const auto beyond = run_as_test([] {
    Fixture t;
    t.clock.advance(Duration::max());
  });

  CHECK(back.aborted());
  CHECK(back.printed("time does not run backwards"));
  CHECK(beyond.aborted());
  CHECK(beyond.printed("the wall clock ends"));
}

TEST_CASE("a clock that does not say otherwise is as exact when asked for coarse time") {
  testing::ManualClock clock;

  CHECK(clock.coarse() == clock.now());
}
