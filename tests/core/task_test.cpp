// SPDX-License-Identifier: MIT
//
// What a handle tells of its task, and what a cancel tells the task.
#include <eddy/core/all.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

void ignore(const Task&, const Error&) {}

/// Work that appends the context of the error it is cancelled with to `seen`, and passes it on.
Future<void> telling(Loop& loop, std::string& seen) {
  return loop.sleep(100s).or_else(Errc::canceled, [&seen](Error&& error) -> Result<void> {
    seen += '[' + std::string(error.context()) + ']';
    return std::move(error);
  });
}

}  // namespace

TEST_CASE("the reason of a cancel is the context of the error that the work gets") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", telling(t.loop, seen));

  task.cancel("the client has gone");
  t.run_until_idle();

  CHECK(seen == "[the client has gone]");
  CHECK(task.error()->context() == "the client has gone");
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a cancel without a reason gives a plain canceled") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", t.loop.sleep(1s));

  task.cancel();
  t.run_until_idle();

  CHECK(*task.error() == Errc::canceled);
  CHECK(task.error()->context().empty());
}

TEST_CASE("the reason of a cancel reaches every arm of a fork") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);
  Task task =
      group.spawn("work", all(telling(t.loop, seen), telling(t.loop, seen)).then([](auto&&) {}));

  task.cancel("stop");
  t.run_until_idle();

  CHECK(seen == "[stop][stop]");
}

TEST_CASE("a cancel that waits for a clean-up keeps its reason until it is delivered") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);
  Task task =
      group.spawn("work", t.loop.next_turn().finally([&t] { return t.loop.sleep(1s); }).then([&] {
        return telling(t.loop, seen);
      }));
  t.run_until_idle();

  task.cancel("late");
  t.run_until_idle();
  CHECK(seen.empty());
  t.clock.advance(1s);

  CHECK(seen == "[late]");
}

TEST_CASE("what a task that survived a cancel cancels by itself has no reason of that cancel") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);
  Task task = group.spawn("stubborn", t.loop.sleep(1s).or_else(Errc::canceled, [&](Error&&) {
    return telling(t.loop, seen).timeout(1s).or_else([](Error&&) {});
  }));
  task.cancel("first");
  t.run_until_idle();

  t.clock.advance(1s);

  CHECK(seen == "[]");
  CHECK(task.state() == TaskState::done);
}

TEST_CASE("a reason that was delivered late is not that of a later cancel") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);
  auto survive = [&] {
    return telling(t.loop, seen).or_else(Errc::canceled, [&](Error&&) {
      return telling(t.loop, seen).timeout(1s).or_else([](Error&&) {});
    });
  };
  Task task = group.spawn(
      "work", t.loop.next_turn().finally([&t] { return t.loop.sleep(1s); }).then(survive));
  t.run_until_idle();
  task.cancel("late");
  t.clock.advance(1s);
  CHECK(seen == "[late]");

  t.clock.advance(1s);

  CHECK(seen == "[late][]");
}

TEST_CASE("outcome resolves as the task ended: with success, its error, or canceled") {
  Fixture t;
  TaskGroup group(t.loop, ignore);
  const Task good = group.spawn("good", t.loop.sleep(1s));
  const Task bad = group.spawn("bad", failed_future<void>(Error(Errc::closed, "door")));
  Task canceled = group.spawn("canceled", t.loop.sleep(1s));
  canceled.cancel();
  auto outcome = good.outcome();
  CHECK_FALSE(t.poll(outcome));

  t.clock.advance(1s);

  CHECK(t.get(std::move(outcome)).has_value());
  CHECK(t.get(bad.outcome()).error().context() == "door");
  CHECK(t.get(canceled.outcome()).error() == Errc::canceled);
}

TEST_CASE("a task has no error while it runs and after success") {
  Fixture t;
  TaskGroup group(t.loop);
  const Task task = group.spawn("good", t.loop.sleep(1s));
  CHECK(task.error() == nullptr);
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1s);

  CHECK(task.error() == nullptr);
  CHECK(task.state() == TaskState::done);
}

TEST_CASE("a task that was dropped or refused says so by its error") {
  Fixture t;
  Task dropped;
  {
    TaskGroup group(t.loop);
    dropped = group.spawn("dropped", t.loop.sleep(1s));
  }
  TaskGroup stopped(t.loop);
  CHECK(stopped.stop(1s).ready());
  const Task refused = stopped.spawn("refused", t.loop.sleep(1s));

  CHECK(dropped.error()->context() == "dropped");
  CHECK(refused.error()->context() == "the group is stopping");
}

TEST_CASE("dropping the outcome of a task leaves the task alone") {
  Fixture t;
  TaskGroup group(t.loop);
  const Task task = group.spawn("work", t.loop.sleep(1s));
  { const auto outcome = task.outcome(); }

  t.clock.advance(1s);

  CHECK(task.state() == TaskState::done);
}

TEST_CASE("a spawned function begins in a turn of its own, inside its task") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop);

  group.spawn("lazy", [&] {
    seen = current_task().name();
    return t.loop.sleep(1s);
  });
  CHECK(seen.empty());
  t.run_until_idle();

  CHECK(seen == "lazy");
  CHECK(group.size() == 1);
}

TEST_CASE("a spawned function may return nothing, and what it throws is the task's error") {
  Fixture t;
  bool ran = false;
  TaskGroup group(t.loop, ignore);

  const Task plain = group.spawn("plain", [&ran] { ran = true; });
  const Task throws = group.spawn("throws", [] { throw 42; });
  t.run_until_idle();

  CHECK(ran);
  CHECK(plain.state() == TaskState::done);
  CHECK(*throws.error() == Errc::exception);
}
