// SPDX-License-Identifier: MIT
//
// What a group does when a task fails, and groups inside the tasks of other groups.
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// Work that fails after `after`.
Future<void> failing(Loop& loop, Duration after, Error error) {
  return loop.sleep(after).then([error]() -> Result<void> { return error; });
}

}  // namespace

TEST_CASE("with cancel_siblings the first error cancels the others and is what wait gives") {
  Fixture t;
  bool tidied = false;
  TaskGroup group(t.loop, OnError::cancel_siblings);
  group.spawn("bad", failing(t.loop, 1s, Error(Errc::closed, "door")));
  const Task other = group.spawn("other", t.loop.sleep(100s).finally([&tidied] { tidied = true; }));
  auto ended = group.wait();
  CHECK_FALSE(t.poll(ended));

  t.clock.advance(1s);

  CHECK(t.get(std::move(ended)).error().context() == "door");
  CHECK(tidied);
  CHECK(other.state() == TaskState::canceled);
  CHECK(other.error()->context() == "task bad failed");
}

TEST_CASE("with cancel_siblings a group that failed refuses newcomers") {
  Fixture t;
  TaskGroup group(t.loop, OnError::cancel_siblings);
  group.spawn("bad", failed_future<void>(Errc::closed));
  group.spawn("other", t.loop.sleep(100s));
  auto ended = group.wait();
  t.run_until_idle();

  const Task late = group.spawn("late", t.loop.sleep(1s));

  CHECK(late.state() == TaskState::canceled);
  CHECK(t.get(std::move(ended)).error() == Errc::closed);
}

TEST_CASE("with cancel_siblings later errors go to the handler, not lost") {
  Fixture t;
  std::string reported;
  TaskGroup group(t.loop, OnError::cancel_siblings, [&reported](const Task& task, const Error&) {
    reported += task.name();
  });
  group.spawn("first", failed_future<void>(Errc::closed));
  group.spawn("second", t.loop.sleep(9s).or_else(Errc::canceled, [](Error&&) -> Result<void> {
    return Errc::protocol;
  }));

  CHECK(t.get(group.wait()).error() == Errc::closed);
  CHECK(reported == "second");
}

TEST_CASE("with cancel_siblings a task that takes more than 5 s for its clean-up is dropped") {
  Fixture t;
  ProbeCount probes;
  TaskGroup group(t.loop, OnError::cancel_siblings);
  group.spawn("bad", failed_future<void>(Errc::closed));
  group.spawn("stubborn",
              t.loop.sleep(100s).finally([&] { return t.loop.sleep(100s).attach(Probe(probes)); }));
  auto ended = group.wait();
  t.clock.advance(4s);
  CHECK_FALSE(ended.ready());
  CHECK(probes.alive == 1);

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK(t.get(std::move(ended)).error() == Errc::closed);
}

TEST_CASE("with cancel_siblings a failure during a stop does not change its grace") {
  Fixture t;
  TaskGroup group(t.loop, OnError::cancel_siblings);
  group.spawn("bad", t.loop.sleep(1h).or_else(Errc::canceled, [](Error&&) -> Result<void> {
    return Errc::protocol;
  }));
  const Task stubborn =
      group.spawn("stubborn", t.loop.sleep(1h).finally([&] { return t.loop.sleep(1h); }));
  auto ended = group.wait();

  auto stopped = group.stop(1s);
  t.clock.advance(999ms);
  CHECK(stubborn.state() == TaskState::running);
  t.clock.advance(1ms);

  CHECK(stubborn.state() == TaskState::canceled);
  CHECK(t.get(std::move(stopped)));
  CHECK(t.get(std::move(ended)).error() == Errc::protocol);
}

TEST_CASE("with collect the others go on and wait gives one error that names each that failed") {
  Fixture t;
  TaskGroup group(t.loop, OnError::collect);
  group.spawn("a", failing(t.loop, 1s, Error(Errc::closed, "door")));
  const Task good = group.spawn("good", t.loop.sleep(3s));
  group.spawn("b", failing(t.loop, 2s, Errc::protocol));
  auto ended = group.wait();
  t.clock.advance(2s);
  CHECK_FALSE(ended.ready());

  t.clock.advance(1s);

  const Result<void> result = t.get(std::move(ended));
  CHECK(good.state() == TaskState::done);
  CHECK(result.error() == Errc::closed);
  CHECK(result.error().context() == "2 tasks failed: a: door: closed; b: protocol error");
}

TEST_CASE("with collect more errors than are named are counted") {
  Fixture t;
  TaskGroup group(t.loop, OnError::collect);
  for (int i = 0; i < 40; ++i)
    group.spawn("x", failed_future<void>(Errc::closed));

  const Result<void> result = t.get(group.wait());

  CHECK(result.error().context().starts_with("40 tasks failed: x: closed; "));
  CHECK(result.error().context().ends_with("; and 8 more"));
}

TEST_CASE("with report the others go on, the handler is told, and wait gives success") {
  Fixture t;
  std::string reported;
  TaskGroup group(t.loop, OnError::report, [&reported](const Task& task, const Error&) {
    reported += task.name();
  });
  group.spawn("bad", failed_future<void>(Errc::closed));
  const Task good = group.spawn("good", t.loop.sleep(1s));
  auto ended = group.wait();

  t.clock.advance(1s);

  CHECK(t.get(std::move(ended)).has_value());
  CHECK(reported == "bad");
  CHECK(good.state() == TaskState::done);
}

TEST_CASE("a cancelled task is no error of its group") {
  Fixture t;
  TaskGroup group(t.loop, OnError::cancel_siblings);
  Task one = group.spawn("one", t.loop.sleep(100s));
  const Task other = group.spawn("other", t.loop.sleep(1s));

  one.cancel();
  t.clock.advance(1s);

  CHECK(other.state() == TaskState::done);
  CHECK(t.get(group.wait()).has_value());
}

TEST_CASE("an error that wait never gave is reported as unread when the group is destroyed") {
  Fixture t;
  {
    TaskGroup group(t.loop, OnError::collect);
    group.spawn("bad", failed_future<void>(Errc::closed));
    t.run_until_idle();
  }

  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("an error that comes after wait gave an earlier one is reported as unread, too") {
  Fixture t;
  {
    TaskGroup group(t.loop, OnError::collect);
    group.spawn("bad", failed_future<void>(Errc::closed));
    CHECK(t.get(group.wait()).error() == Errc::closed);
    group.spawn("worse", failed_future<void>(Errc::closed));
    t.run_until_idle();
  }

  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("wait of an empty group is ready, and a drop of it leaves the tasks alone") {
  Fixture t;
  TaskGroup group(t.loop);
  CHECK(group.wait().ready());
  const Task task = group.spawn("work", t.loop.sleep(1s));
  { const auto waiting = group.wait(); }

  t.clock.advance(1s);

  CHECK(task.state() == TaskState::done);
}

TEST_CASE("wait for a group that is destroyed meanwhile gives closed") {
  Fixture t;
  std::optional<TaskGroup> group(t.loop);
  group->spawn("work", t.loop.sleep(1s));
  auto ended = group->wait();

  group.reset();

  CHECK(t.get(std::move(ended)).error() == Errc::closed);
}

TEST_CASE("a soft cancel of the outer task reaches the tasks of the inner group, with its reason") {
  Fixture t;
  Task inner;
  bool tidied = false;
  TaskGroup outer(t.loop);
  Task task = outer.spawn("outer", with_group(t.loop, [&](TaskGroup& group) {
                            inner = group.spawn("inner", t.loop.sleep(100s).finally([&] {
                              return t.loop.sleep(1s).then([&tidied] { tidied = true; });
                            }));
                          }));
  t.run_until_idle();

  task.cancel("enough");
  t.run_until_idle();
  CHECK(task.state() == TaskState::running);
  t.clock.advance(1s);

  CHECK(tidied);
  CHECK(inner.error()->context() == "enough");
  CHECK(task.error()->context() == "enough");
}

TEST_CASE("a soft cancel of the outer task that is repeated reaches the inner group once") {
  Fixture t;
  bool went_on = false;
  TaskGroup outer(t.loop);
  Task task =
      outer.spawn("outer", with_group(t.loop, [&](TaskGroup& group) {
                    group.spawn("inner", t.loop.sleep(100s).or_else(Errc::canceled, [&](Error&&) {
                      return t.loop.sleep(1s).then([&went_on] { went_on = true; });
                    }));
                  }));
  t.run_until_idle();

  task.cancel("once");
  t.run_until_idle();
  task.cancel("twice");
  t.clock.advance(1s);

  CHECK(went_on);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a group that is stopped stops the groups in its tasks") {
  Fixture t;
  Task inner;
  TaskGroup outer(t.loop);
  outer.spawn("outer", with_group(t.loop, [&](TaskGroup& group) {
                inner = group.spawn("inner", t.loop.sleep(100s));
              }));
  t.run_until_idle();

  auto stopped = outer.stop(1s);

  CHECK(t.poll(stopped));
  CHECK(inner.state() == TaskState::canceled);
}

TEST_CASE("a drop of the outer task drops the tasks of the inner group") {
  Fixture t;
  ProbeCount probes;
  std::optional<TaskGroup> outer(t.loop);
  outer->spawn("outer", with_group(t.loop, [&](TaskGroup& group) {
                 group.spawn("inner", t.loop.sleep(100s).attach(Probe(probes)));
               }));
  t.run_until_idle();
  CHECK(probes.alive == 1);

  outer.reset();

  CHECK(probes.alive == 0);
}

TEST_CASE("with_group waits for the tasks that its body spawned") {
  Fixture t;
  auto work = with_group(t.loop, [&t](TaskGroup& group) {
    group.spawn("long", t.loop.sleep(2s));
    return t.loop.sleep(1s);
  });
  t.clock.advance(1s);
  CHECK_FALSE(work.ready());

  t.clock.advance(1s);

  CHECK(t.get(std::move(work)).has_value());
}

TEST_CASE("an error of the body of with_group cancels the tasks, and that of a task the body") {
  Fixture t;
  Task task;
  bool body_ended = false;

  auto by_body = with_group(t.loop, [&](TaskGroup& group) -> Result<void> {
    task = group.spawn("task", t.loop.sleep(100s));
    return Errc::protocol;
  });
  auto by_task = with_group(t.loop, [&](TaskGroup& group) {
    group.spawn("task", failed_future<void>(Errc::closed));
    return t.loop.sleep(100s).finally([&body_ended] { body_ended = true; });
  });

  CHECK(t.get(std::move(by_body)).error() == Errc::protocol);
  CHECK(task.state() == TaskState::canceled);
  CHECK(t.get(std::move(by_task)).error() == Errc::closed);
  CHECK(body_ended);
}

TEST_CASE("an inner group that fails fails the outer task, which cancels its own siblings") {
  Fixture t;
  TaskGroup outer(t.loop, OnError::cancel_siblings);
  outer.spawn("outer", with_group(t.loop, [&t](TaskGroup& group) {
                group.spawn("inner", failing(t.loop, 1s, Errc::closed));
              }));
  const Task sibling = outer.spawn("sibling", t.loop.sleep(100s));
  auto ended = outer.wait();

  t.clock.advance(1s);

  CHECK(t.get(std::move(ended)).error() == Errc::closed);
  CHECK(sibling.state() == TaskState::canceled);
}

TEST_CASE("what a soft cancel of wait runs may destroy the group and the wait") {
  Fixture t;
  Promise<void> promise(t.loop);
  std::optional<TaskGroup> inner(t.loop);
  TaskGroup outer(t.loop);
  promise.on_abandoned([&inner] { inner.reset(); });
  inner->spawn("inner", promise.future());
  inner->spawn("other", t.loop.sleep(100s));
  Task task = outer.spawn("outer", inner->wait());

  task.cancel();
  t.run_until_idle();

  CHECK_FALSE(inner.has_value());
  CHECK(task.state() == TaskState::failed);
}
