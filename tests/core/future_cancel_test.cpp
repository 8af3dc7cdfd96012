// SPDX-License-Identifier: MIT
#include <eddy/core/all.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

TEST_CASE("cancel fails the waiting leaf with canceled, which travels as an ordinary error") {
  Fixture t;
  bool ran = false;
  bool seen = false;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work",
      t.loop.sleep(1s).then([&ran] { ran = true; }).or_else(Errc::canceled, [&seen](const Error&) {
        seen = true;
      }));

  task.cancel();

  CHECK(t.loop.statistic().active_timers == 0);
  CHECK_FALSE(seen);  // in a later turn, as ever
  t.run_until_idle();
  CHECK(seen);
  CHECK_FALSE(ran);
  CHECK(task.state() == TaskState::done);
}

TEST_CASE("or_else without a condition lets the task's own cancellation pass") {
  Fixture t;
  bool ran = false;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", t.loop.sleep(1s).or_else([&ran](const Error&) { ran = true; }));

  task.cancel();
  t.run_until_idle();

  CHECK_FALSE(ran);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("cancel follows adoption") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", t.loop.sleep(1s).then([&t] {
    return t.loop.sleep(1s).then([&t] { return t.loop.sleep(10s); });
  }));
  t.clock.advance(3s);
  CHECK(task.state() == TaskState::running);

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a leaf that has settled wins over a cancel in the same turn, the next leaf is hit") {
  Fixture t;
  std::string events;
  Promise<void> promise(t.loop);
  TaskGroup group(t.loop);
  Task task = group.spawn("work",
                          promise.future()
                              .then([&events, &t] {
                                events += "first ";
                                return t.loop.sleep(1s);
                              })
                              .finally([&events] { events += "cleaned"; }));

  std::move(promise).set_value();
  task.cancel();
  t.run_until_idle();

  CHECK(events == "first cleaned");
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a pending cancel hits one leaf only") {
  Fixture t;
  Promise<void> promise(t.loop);
  TaskGroup group(t.loop);
  Task task = group.spawn("work",
                          promise.future()
                              .then([&t] { return t.loop.sleep(1s); })
                              .or_else(Errc::canceled, [](const Error&) {})
                              .then([&t] { return t.loop.sleep(1s); }));
  std::move(promise).set_value();
  task.cancel();
  task.cancel();  // coalesces with the first, which is not delivered yet

  t.clock.advance(2s);

  CHECK(task.state() == TaskState::done);
}

TEST_CASE("a continuation may cancel its own task") {
  Fixture t;
  Task task;
  TaskGroup group(t.loop);
  task = group.spawn("work", t.loop.sleep(1s).then([&task, &t] {
    task.cancel();
    return t.loop.sleep(10s);
  }));

  t.clock.advance(1s);

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("cancel after the end has no effect") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", ready_future());
  t.run_until_idle();

  task.cancel();
  task.cancel();

  CHECK(task.state() == TaskState::done);
}

TEST_CASE("cancel from the abandoned callback of the leaf it cancels has no effect") {
  Fixture t;
  int calls = 0;
  Task task;
  Promise<void> promise(t.loop);
  promise.on_abandoned([&] {
    ++calls;
    task.cancel();
  });
  TaskGroup group(t.loop);
  task = group.spawn("work", promise.future());

  task.cancel();
  t.run_until_idle();

  CHECK(calls == 1);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("cancel reaches every future of an all, and each may clean up in its own time") {
  Fixture t;
  std::string events;
  const auto work = [&](char name, Duration clean_up) {
    return t.loop.sleep(100s).finally([&events, &t, name, clean_up] {
      return t.loop.sleep(clean_up).then([&events, name] { events += name; });
    });
  };
  TaskGroup group(t.loop);
  Task task = group.spawn("work", all(work('a', 1s), work('b', 2s)).then([](const auto&) {}));

  task.cancel();
  t.clock.advance(1s);
  CHECK(events == "a");
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1s);
  CHECK(events == "ab");
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a cancel that found no leaf below an all hits the next leaf after it") {
  Fixture t;
  Promise<int> promise(t.loop);
  TaskGroup group(t.loop);
  Task task = group.spawn("work", all(promise.future().then([](int n) {
                                    return n;
                                  })).then([&t](const auto&) { return t.loop.sleep(100s); }));
  std::move(promise).set_value(1);
  task.cancel();

  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
}
