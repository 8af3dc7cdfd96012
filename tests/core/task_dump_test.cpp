// SPDX-License-Identifier: MIT
#include <eddy/core/all.hpp>
#include <eddy/core/iterate.hpp>
#include <eddy/core/log_with.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/queue.hpp>
#include <eddy/core/semaphore.hpp>
#include <eddy/core/task_dump.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "core/child.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::run_in_child;

namespace {

/// What the one task of a loop waits for, once `work` has got there.
std::vector<TaskWait> waits_of(Fixture& t, Future<void> work) {
  TaskGroup group(t.loop);
  group.spawn("work", std::move(work));
  t.run_until_idle();
  return inspect_tasks(t.loop).at(0).waits;
}

/// A future whose promise stays with `kept`.
Future<void> promised(Loop& loop, std::vector<Promise<void>>& kept, Site site) {
  kept.emplace_back(loop, site);
  return kept.back().future();
}

}  // namespace

TEST_CASE("the report of a task has its name, its age and the place of its spawn") {
  Fixture t;
  TaskGroup group(t.loop);
  const Task task = group.spawn("work", t.loop.sleep(100s), Site{"dir/spawned.cpp", 12});
  t.clock.advance(3s);

  const std::vector<TaskReport> reports = inspect_tasks(t.loop);

  REQUIRE(reports.size() == 1);
  CHECK(reports[0].task == task);
  CHECK(reports[0].age == 3s);
  CHECK(reports[0].spawned.line == 12);
  CHECK(reports[0].line.starts_with("task name=work age=3s waits_for=\"a sleep at "));
  CHECK(reports[0].line.find("spawned=spawned.cpp:12") != std::string::npos);
}

TEST_CASE("a task that sleeps waits for the sleep, with the place that made it") {
  Fixture t;

  const auto waits = waits_of(t, t.loop.next_turn().then([&t] {
    return t.loop.sleep(1s, Site{"slept.cpp", 34}).then([] {});
  }));

  REQUIRE(waits.size() == 1);
  CHECK(std::string(waits[0].what) == "a sleep");
  CHECK(std::string(waits[0].site.file) == "slept.cpp");
  CHECK(waits[0].site.line == 34);
}

TEST_CASE("a task that reads an iterator waits for its next item") {
  Fixture t;
  TaskGroup group(t.loop);
  const auto never = [&t] {
    return from_function([&t] { return t.loop.sleep(1h, std::optional<int>(1)); });
  };
  group.spawn("adapted", never().filter([](int) { return true; }).for_each([](int) {}));
  group.spawn("merged", merge(never(), never()).for_each([](int) {}));
  t.run_until_idle();

  const std::string dump = dump_tasks(t.loop);

  CHECK(dump.find("name=adapted age=0s waits_for=\"the next item at ") != std::string::npos);
  CHECK(dump.find("name=merged age=0s waits_for=\"the next item at ") != std::string::npos);
}

TEST_CASE("a task that waits for a promise, a permit, an item or a group says so") {
  Fixture t;
  std::vector<Promise<void>> kept;
  Semaphore semaphore(0);
  Queue<int> queue(1);
  TaskGroup group(t.loop);
  group.spawn("promise", promised(t.loop, kept, {}));
  group.spawn("permit", semaphore.acquire().then([](Permit) {}));
  group.spawn("item", queue.get().then([](int) {}));
  group.spawn("group", with_group(t.loop, [&t](TaskGroup& inner) {
                inner.spawn("inner", t.loop.sleep(1s));
              }));
  t.run_until_idle();

  const std::string dump = dump_tasks(t.loop);

  CHECK(dump.find("name=promise age=0s waits_for=\"a promise") != std::string::npos);
  CHECK(dump.find("name=permit age=0s waits_for=\"a permit at ") != std::string::npos);
  CHECK(dump.find("name=item age=0s waits_for=\"an item of a queue at ") != std::string::npos);
  CHECK(dump.find("name=group age=0s waits_for=\"the tasks of a group at ") != std::string::npos);
}

TEST_CASE("a task that waits for several futures lists what all of them wait for") {
  Fixture t;
  std::vector<Promise<void>> kept;

  const auto waits = waits_of(t,
                              all(t.loop.sleep(1s, Site{"one.cpp", 1}),
                                  all(promised(t.loop, kept, Site{"two.cpp", 2}), ready_future()))
                                  .then([](auto&&) {}));

  REQUIRE(waits.size() == 2);
  CHECK(waits[0].site.line + waits[1].site.line == 3);
}

TEST_CASE("of very many things that a task waits for some are listed and the others counted") {
  Fixture t;
  std::vector<Future<void>> many;
  for (int i = 0; i < 20; ++i)
    many.push_back(t.loop.sleep(1s));
  TaskGroup group(t.loop);
  group.spawn("many", all(std::move(many)).then([](auto&&) {}));
  t.run_until_idle();

  const std::vector<TaskReport> reports = inspect_tasks(t.loop);

  CHECK(reports.at(0).waits.size() == 16);
  CHECK(reports.at(0).more_waits == 4);
  CHECK(reports.at(0).line.find(", and 4 more") != std::string::npos);
}

TEST_CASE("a task whose turn has not come, and the task that asks, say so") {
  Fixture t;
  std::string waiting;
  std::string asking;
  TaskGroup group(t.loop);
  group.spawn("asks", t.loop.next_turn().then([&] {
    waiting = dump_tasks(t.loop);
    asking = current_task().name();
  }));
  group.spawn("ready", t.loop.next_turn().then([] {}));

  t.run_until_idle();

  CHECK(asking == "asks");
  CHECK(waiting.find("name=asks age=0s waits_for=\"nothing, it runs at ") != std::string::npos);
  CHECK(waiting.find("name=ready age=0s waits_for=\"its turn to run at ") != std::string::npos);
}

TEST_CASE("the report of a task shows the log fields of what it does") {
  Fixture t;
  TaskGroup group(t.loop);
  group.spawn("work", log::with({{"request", 7}}, [&t] { return t.loop.sleep(1s); }));

  const std::string dump = dump_tasks(t.loop);

  CHECK(dump.ends_with(" request=7\n"));
}

TEST_CASE("a loop without tasks has an empty dump") {
  Fixture t;

  CHECK(dump_tasks(t.loop).empty());
}

TEST_CASE("a program that asks for it dumps its tasks on a signal, and goes on") {
  const auto end = run_in_child([] {
    Loop loop;
    TaskGroup group(loop);
    group.spawn("stuck", loop.sleep(100s, Site{"stuck.cpp", 56}));
    auto watcher = dump_tasks_on_signal(loop, SIGUSR1);
    std::raise(SIGUSR1);
    loop.turn();
    return watcher.has_value() && group.size() == 1 ? 0 : 1;
  });

  CHECK(end.exit_code() == 0);
  CHECK(end.printed("dump of all tasks tasks=1\n"));
  CHECK(end.printed("task name=stuck"));
  CHECK(end.printed("waits_for=\"a sleep at stuck.cpp:56\""));
}
