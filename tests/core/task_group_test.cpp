// SPDX-License-Identifier: MIT
#include <eddy/core/gather.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <string>
#include <tuple>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("a task goes on when its handle is gone") {
  Fixture t;
  bool ran = false;
  TaskGroup group(t.loop);
  std::ignore = group.spawn("work", t.loop.sleep(1s).then([&ran] { ran = true; }));
  CHECK(group.size() == 1);

  t.clock.advance(1s);

  CHECK(ran);
  CHECK(group.size() == 0);
}

TEST_CASE("a group that is stopping refuses newcomers and drops their work") {
  Fixture t;
  ProbeCount probes;
  TaskGroup group(t.loop);
  auto stopped = group.stop(1s);

  const Task task = group.spawn("late", t.loop.sleep(1s).attach(Probe(probes)));

  CHECK(task.state() == TaskState::canceled);
  CHECK(probes.alive == 0);
  CHECK(stopped.ready());
}

TEST_CASE("stop cancels softly, waits for the clean-up, and drops what is left after the grace") {
  Fixture t;
  ProbeCount probes;
  TaskGroup group(t.loop);
  const Task quick = group.spawn("quick", t.loop.sleep(100s));
  const Task tidy =
      group.spawn("tidy", t.loop.sleep(100s).finally([&t] { return t.loop.sleep(1s); }));
  const Task stubborn = group.spawn("stubborn", t.loop.sleep(100s).finally([&] {
    return t.loop.sleep(100s).attach(Probe(probes));
  }));

  auto stopped = group.stop(2s);
  t.run_until_idle();
  CHECK(quick.state() == TaskState::canceled);
  CHECK(tidy.state() == TaskState::running);
  t.clock.advance(1s);
  CHECK(tidy.state() == TaskState::canceled);
  CHECK_FALSE(stopped.ready());
  t.clock.advance(1s);

  CHECK(stubborn.state() == TaskState::canceled);
  CHECK(probes.alive == 0);
  CHECK(stopped.ready());
}

TEST_CASE("a group whose tasks end within the grace of a stop leaves no timer") {
  Fixture t;
  TaskGroup group(t.loop);
  group.spawn("work", t.loop.sleep(1h));

  CHECK(t.get(group.stop(1h)));

  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("of several stops of a group the one that ends first counts") {
  Fixture t;
  TaskGroup patient(t.loop);
  TaskGroup hurried(t.loop);
  const Task first =
      patient.spawn("first", t.loop.sleep(1h).finally([&] { return t.loop.sleep(1h); }));
  const Task second =
      hurried.spawn("second", t.loop.sleep(1h).finally([&] { return t.loop.sleep(1h); }));

  auto stops = gather(patient.stop(9s), patient.stop(1s), hurried.stop(1s), hurried.stop(9s));
  t.clock.advance(999ms);
  CHECK(first.state() == TaskState::running);
  CHECK(second.state() == TaskState::running);
  t.clock.advance(1ms);

  CHECK(first.state() == TaskState::canceled);
  CHECK(second.state() == TaskState::canceled);
  CHECK(t.get(std::move(stops)));
}

TEST_CASE("join resolves when the task has ended, in whatever way") {
  Fixture t;
  TaskGroup group(t.loop, [](const Task&, const Error&) {});
  const Task good = group.spawn("good", t.loop.sleep(1s));
  const Task bad = group.spawn("bad", failed_future<void>(Errc::closed));
  auto good_end = good.join();
  auto bad_end = bad.join();
  CHECK_FALSE(good_end.ready());

  t.clock.advance(1s);

  CHECK(t.get(std::move(good_end)).has_value());
  CHECK(t.get(std::move(bad_end)).has_value());
  CHECK(good.state() == TaskState::done);
  CHECK(bad.state() == TaskState::failed);
  CHECK(good.join().ready());
}

TEST_CASE("dropping the join of a task leaves the task alone") {
  Fixture t;
  TaskGroup group(t.loop);
  const Task task = group.spawn("work", t.loop.sleep(1s));
  { const auto join = task.join(); }

  t.clock.advance(1s);

  CHECK(task.state() == TaskState::done);
}

TEST_CASE("the handler of a group gets the error of a task that failed, with its name") {
  Fixture t;
  std::string seen;
  TaskGroup group(t.loop, [&seen](const Task& task, const Error& error) {
    seen = std::string(task.name()) + ": " + error.message();
  });
  group.spawn("work", failed_future<void>(Errc::closed));

  t.run_until_idle();

  CHECK(seen.starts_with("work: "));
}

TEST_CASE("the error handler of a group may destroy the group") {
  Fixture t;
  std::optional<TaskGroup> group;
  group.emplace(t.loop, [&group](const Task&, const Error&) { group.reset(); });
  group->spawn("bad", failed_future<void>(Errc::closed));
  const Task other = group->spawn("other", t.loop.sleep(100s));

  t.run_until_idle();

  CHECK_FALSE(group.has_value());
  CHECK(other.state() == TaskState::canceled);
}

TEST_CASE("an error handler that throws is reported") {
  Fixture t;
  TaskGroup group(t.loop, [](const Task&, const Error&) { throw 42; });
  group.spawn("bad", failed_future<void>(Errc::closed));

  t.run_until_idle();

  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("what a cancel runs may destroy the group that is being stopped") {
  Fixture t;
  Promise<void> promise(t.loop);
  std::optional<TaskGroup> group(t.loop);
  promise.on_abandoned([&group] { group.reset(); });
  group->spawn("work", promise.future());
  group->spawn("other", t.loop.sleep(100s));

  auto stopped = group->stop(1s);

  CHECK_FALSE(group.has_value());
  CHECK(t.poll(stopped));
}

TEST_CASE("current_task is the task whose continuation runs, and nodes made there belong to it") {
  Fixture t;
  std::string names;
  TaskGroup group(t.loop);
  const auto note = [&names] {
    names += std::string(current_task().name()) + ' ';
  };
  group.spawn("a", t.loop.next_turn().then([&] {
    note();
    return t.loop.sleep(1s).then(note);
  }));
  group.spawn("b", t.loop.next_turn().then(note));
  CHECK_FALSE(current_task());

  t.clock.advance(1s);

  CHECK(names == "a b a ");
}

TEST_CASE("all_tasks lists the tasks of a loop that have not ended") {
  Fixture t;
  TaskGroup one(t.loop);
  TaskGroup other(t.loop);
  const Task a = one.spawn("a", t.loop.sleep(1s));
  const Task b = other.spawn("b", t.loop.sleep(2s));
  CHECK(all_tasks(t.loop) == std::vector<Task>{a, b});

  t.clock.advance(1s);

  CHECK(all_tasks(t.loop) == std::vector<Task>{b});
}

TEST_CASE("empty resolves when the last task has ended") {
  Fixture t;
  TaskGroup group(t.loop);
  CHECK(group.empty().ready());
  group.spawn("work", t.loop.sleep(1s));
  auto empty = group.empty();
  CHECK_FALSE(t.poll(empty));

  t.clock.advance(1s);

  CHECK(empty.ready());
}

TEST_CASE("those who no longer wait for a task or a group do not pile up") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn("long", t.loop.sleep(1h));
  const std::size_t before = t.loop.statistic().live_nodes;

  for (int i = 0; i < 1000; ++i) {
    std::ignore = task.join();
    std::ignore = group.empty();
  }

  CHECK(t.loop.statistic().live_nodes <= before + 8);
}
