// SPDX-License-Identifier: MIT
//
// Soft cancel of coroutines, and what they do about it.
#include <eddy/core/coro.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <string>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

Future<void> sleep_twice(Loop& loop, std::string& events) {
  for (int i = 0; i < 2; ++i) {
    const Result<void> slept = co_await as_result(loop.sleep(1s));
    events += slept ? "slept " : "canceled ";
  }
}

}  // namespace

TEST_CASE("soft cancel throws canceled where the coroutine waits") {
  Fixture t;
  std::string events;
  const auto body = [](Loop& loop, std::string& log) -> Future<void> {
    try {
      co_await loop.sleep(1s);
    } catch (const Exception& failure) {
      log += failure.error() == Errc::canceled ? "canceled" : "other";
      throw;
    }
  };
  TaskGroup group(t.loop);
  Task task = group.spawn("work", body(t.loop, events));

  task.cancel();

  CHECK(events.empty());  // in a later turn, as ever
  t.run_until_idle();
  CHECK(events == "canceled");
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a coroutine that goes on after a soft cancel is not cancelled, and hit once") {
  Fixture t;
  std::string events;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", sleep_twice(t.loop, events));

  task.cancel();
  t.clock.advance(1s);

  CHECK(events == "canceled slept ");
  CHECK(task.state() == TaskState::done);
}

TEST_CASE("what has settled wins over a soft cancel, which hits the next wait") {
  Fixture t;
  std::string events;
  const auto body = [](Loop& loop, Future<void> first, std::string& log) -> Future<void> {
    co_await std::move(first);
    log += "first ";
    co_await ready_future();  // no wait
    co_await sleep_twice(loop, log);
  };
  Promise<void> first(t.loop);
  TaskGroup group(t.loop);
  Task task = group.spawn("work", body(t.loop, first.future(), events));

  std::move(first).set_value();
  task.cancel();
  t.run_until_idle();

  CHECK(events == "first canceled ");
  std::ignore = group.stop(0s);
}

TEST_CASE("a coroutine may cancel its own task: its next wait is hit") {
  Fixture t;
  std::string events;
  const auto body = [](Loop& loop, std::string& log) -> Future<void> {
    co_await loop.next_turn();
    current_task().cancel();
    co_await sleep_twice(loop, log);
  };
  TaskGroup group(t.loop);
  Task task = group.spawn("work", body(t.loop, events));

  t.clock.advance(1s);

  CHECK(events == "canceled slept ");
  CHECK(task.state() == TaskState::done);
}

TEST_CASE("a cancel of its own task waits for the clean-up that a coroutine does next") {
  Fixture t;
  std::string events;
  const auto body = [](Loop& loop, std::string& log) -> Future<void> {
    co_await loop.next_turn();
    current_task().cancel();
    co_await clean_up(loop.sleep(1s));
    log += "clean ";
    co_await sleep_twice(loop, log);
  };
  TaskGroup group(t.loop);
  group.spawn("work", body(t.loop, events));

  t.clock.advance(1s);
  CHECK(events == "clean canceled ");
  t.clock.advance(1s);

  CHECK(events == "clean canceled slept ");
}

TEST_CASE("a cancel of its own task is not lost on what is ready when its turn is over") {
  Fixture t;
  std::string events;
  const auto body = [](Loop& loop, std::string& log) -> Future<void> {
    co_await loop.next_turn();
    for (int i = 0; i < 64; ++i)
      co_await ready_future();
    current_task().cancel();
    co_await ready_future();  // has to wait for a turn
    co_await sleep_twice(loop, log);
  };
  TaskGroup group(t.loop);
  group.spawn("work", body(t.loop, events));

  t.clock.advance(1s);

  CHECK(events == "canceled slept ");
}

TEST_CASE("a soft cancel that finds no wait any more is for what comes after the coroutine") {
  Fixture t;
  std::string events;
  const auto body = [](Loop& loop) -> Future<void> {
    co_await loop.next_turn();
    current_task().cancel();
  };
  TaskGroup group(t.loop);
  Task task =
      group.spawn("work", body(t.loop).then([&t, &events] { return sleep_twice(t.loop, events); }));

  t.clock.advance(1s);

  CHECK(events == "canceled slept ");
  CHECK(task.state() == TaskState::done);
}

TEST_CASE("clean-up after a soft cancel may wait, and the result is canceled all the same") {
  Fixture t;
  std::string events;
  const auto body = [](Loop& loop, std::string& log) -> Future<int> {
    Result<int> outcome = co_await as_result(loop.sleep(1s, 7));
    co_await clean_up(loop.sleep(1s));
    log += "cleaned";
    co_return outcome;
  };
  TaskGroup group(t.loop);
  Task task = group.spawn("work", body(t.loop, events).then([](int) {}));

  task.cancel();
  t.run_until_idle();
  task.cancel();  // does not reach the clean-up
  t.run_until_idle();
  CHECK(events.empty());
  CHECK(task.state() == TaskState::running);
  t.clock.advance(1s);

  CHECK(events == "cleaned");
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a soft cancel that came during a clean-up hits the next wait") {
  Fixture t;
  std::string events;
  const auto body = [](Loop& loop, std::string& log) -> Future<void> {
    const Result<void> cleaned = co_await as_result(clean_up(loop.sleep(1s)));
    log += cleaned ? "cleaned " : "failed ";
    co_await sleep_twice(loop, log);
  };
  TaskGroup group(t.loop);
  Task task = group.spawn("work", body(t.loop, events));

  task.cancel();
  t.clock.advance(1s);
  CHECK(events == "cleaned canceled ");
  t.clock.advance(1s);

  CHECK(events == "cleaned canceled slept ");
}

TEST_CASE("a failing clean-up throws where it is awaited") {
  Fixture t;
  const auto body = []() -> Future<void> {
    co_await clean_up(failed_future<void>(Errc::too_large));
  };

  CHECK(t.get(body()).error() == Errc::too_large);
}

TEST_CASE("a soft cancel may drop the coroutine that it is on its way to") {
  Fixture t;
  std::optional<TaskGroup> group(std::in_place, t.loop);
  Promise<void> leaf(t.loop);
  leaf.on_abandoned([&group] { group.reset(); });
  const auto body = [](Loop& loop, Future<void> last) -> Future<void> {
    co_await loop.next_turn();
    current_task().cancel();
    co_await std::move(last);
  };
  Task task = group->spawn("work", body(t.loop, leaf.future()));

  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a timeout reaches into a coroutine") {
  Fixture t;
  std::string events;
  Future<void> work = sleep_twice(t.loop, events).timeout(500ms);
  CHECK_FALSE(t.poll(work));

  t.clock.advance(2s);

  CHECK(events == "canceled slept ");
  CHECK(t.get(std::move(work)).error() == Errc::timed_out);
}

TEST_CASE("the task of a coroutine is the current one after every wait") {
  Fixture t;
  std::string names;
  const auto body = [](Loop& loop, std::string& log) -> Future<void> {
    co_await loop.next_turn();
    log += current_task().name();
    co_await loop.sleep(1s);
    log += current_task().name();
    co_await ready_future().then([&log] { log += current_task().name(); });
  };
  TaskGroup group(t.loop);
  group.spawn("a", body(t.loop, names));
  group.spawn("b", body(t.loop, names));
  CHECK_FALSE(current_task());

  t.clock.advance(1s);

  CHECK(names == "ababab");
}
