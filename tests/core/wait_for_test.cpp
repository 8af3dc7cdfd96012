// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/shield.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/wait_for.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <utility>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::ManualClock;

TEST_CASE("wait_for gives the value of work that is done within the limit") {
  Fixture t;
  auto work = wait_for(t.loop.sleep(1s, 7), 2s);
  CHECK_FALSE(t.poll(work));

  t.clock.advance(1s);

  CHECK(*t.get(std::move(work)) == 7);
}

TEST_CASE("timed_out is not canceled, and its context has the limit and what elapsed") {
  Fixture t;
  auto work = wait_for(t.loop.sleep(100s).finally([&t] { return t.loop.sleep(250ms); }), 1s);
  t.clock.advance(1250ms);

  const auto result = t.get(std::move(work));

  CHECK(result.error() == Errc::timed_out);
  CHECK(result.error() == std::errc::timed_out);
  CHECK_FALSE(result.error() == Errc::canceled);
  CHECK(result.error().context() == "limit of 1000 ms, 1250 ms elapsed");
}

TEST_CASE("a limit of nothing expires, and what elapsed is counted from its start") {
  Fixture t;
  auto work = wait_for(t.loop.sleep(1s), -3s);
  t.run_until_idle();

  CHECK(t.get(std::move(work)).error().context() == "limit of -3000 ms, 0 ms elapsed");
}

TEST_CASE("the cancel of who waits reaches the work and is no expiry") {
  Fixture t;
  bool cleaned = false;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work", wait_for(t.loop.sleep(100s).finally([&cleaned] { cleaned = true; }), 10s));

  task.cancel();
  t.run_until_idle();

  CHECK(cleaned);
  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a cancel while expired work cleans up is not swallowed by the expiry") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work", wait_for(t.loop.sleep(100s).finally([&t] { return t.loop.sleep(2s); }), 1s));
  t.clock.advance(1s);
  task.cancel();
  CHECK(task.state() == TaskState::running);

  t.clock.advance(2s);

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a limit that expires while cancelled work cleans up does not swallow the cancel") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work", wait_for(t.loop.sleep(100s).finally([&t] { return t.loop.sleep(2s); }), 1s));
  task.cancel();
  t.clock.advance(1s);
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1s);

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a cancel while expired work is about to be dropped is not swallowed either") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work", wait_for(t.loop.sleep(100s).finally([&t] { return t.loop.sleep(100s); }), 1s));
  t.clock.advance(1s);
  task.cancel();

  t.clock.advance(5s);

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("work that does not let itself be cancelled is not waited for without end") {
  Fixture t;
  auto work = wait_for(t.loop.sleep(1s, 1).or_else(
                           Errc::canceled, [&t](const Error&) { return t.loop.sleep(9s, 2); }),
                       500ms);
  t.clock.advance(5499ms);
  CHECK_FALSE(work.ready());

  t.clock.advance(1ms);

  CHECK(t.get(std::move(work)).error() == Errc::timed_out);
}

TEST_CASE("expired work that settles after its loop has a limit, but no time that elapsed") {
  ManualClock clock;
  Loop::Options options;
  options.clock = &clock;
  std::optional<Loop> loop(std::in_place, options);
  clock.drive(*loop);
  Promise<int> promise(*loop);
  Future<int> work = wait_for(shield(promise.future()), 1s);
  clock.advance(1s);

  loop.reset();
  CHECK_FALSE(work.ready());
  std::move(promise).set_value(1);

  CHECK(detail::take_result(std::move(work)).error().context() == "limit of 1000 ms");
}
