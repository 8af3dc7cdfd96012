// SPDX-License-Identifier: MIT
#include <eddy/core/cancel_all.hpp>
#include <eddy/core/gather.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <list>
#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// Sleeps for long and takes a second to clean up.
Future<void> work(Fixture& t) {
  return t.loop.sleep(100s).finally([&t] { return t.loop.sleep(1s); });
}

}  // namespace

TEST_CASE("cancel_all of tasks cancels them and resolves when all have ended") {
  Fixture t;
  TaskGroup group(t.loop);
  const std::list<Task> tasks{group.spawn("a", work(t)), group.spawn("b", work(t))};
  auto all = cancel_all(tasks);
  t.clock.advance(999ms);
  CHECK_FALSE(all.ready());

  t.clock.advance(1ms);

  CHECK(all.ready());
  CHECK(tasks.front().state() == TaskState::canceled);
  CHECK(tasks.back().state() == TaskState::canceled);
}

TEST_CASE("cancel_all of tasks that have ended is over in the next turn") {
  Fixture t;
  TaskGroup group(t.loop);
  std::vector<Task> tasks{group.spawn("a", ready_future())};
  t.run_until_idle();

  CHECK(t.poll(cancel_all(tasks)));
  CHECK(tasks.front().state() == TaskState::done);
}

TEST_CASE("a cancel may change the range of tasks") {
  Fixture t;
  std::vector<Task> tasks;
  Promise<void> promise(t.loop);
  promise.on_abandoned([&tasks] { tasks.clear(); });
  TaskGroup group(t.loop);
  tasks.push_back(group.spawn("a", promise.future()));
  tasks.push_back(group.spawn("b", work(t)));
  const Task second = tasks.back();
  auto all = cancel_all(tasks);

  t.clock.advance(1s);

  CHECK(all.ready());
  CHECK(second.state() == TaskState::canceled);
}

TEST_CASE("cancel_all of futures runs their clean-up and resolves when all have settled") {
  Fixture t;
  std::string cleaned;
  std::vector<Future<int>> futures;
  futures.push_back(t.loop.sleep(100s, 1).finally([&cleaned] { cleaned += 'a'; }));
  futures.push_back(t.loop.sleep(100s, 2).finally(
      [&] { return t.loop.sleep(1s).then([&cleaned] { cleaned += 'b'; }); }));
  auto all = cancel_all(std::move(futures));
  CHECK_FALSE(t.poll(all));
  CHECK(cleaned == "a");

  t.clock.advance(1s);

  CHECK(cleaned == "ab");
  CHECK(all.ready());
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("cancel_all drops futures whose clean-up takes longer than the grace") {
  Fixture t;
  ProbeCount probes;
  std::vector<Future<void>> futures;
  futures.push_back(
      t.loop.sleep(100s).finally([&] { return t.loop.sleep(100s).attach(Probe(probes)); }));
  auto all = cancel_all(std::move(futures), 2s);
  t.clock.advance(1999ms);
  CHECK(probes.alive == 1);

  t.clock.advance(1ms);

  CHECK(probes.alive == 0);
  CHECK(all.ready());
}

TEST_CASE("a future that cancel_all has canceled leaves no unread error, a failing one does") {
  // aiomisc: a plain future gets the cancellation as an exception, which is reported later
  Fixture t;
  Promise<void> plain(t.loop);
  auto failing = t.loop.sleep(1s).or_else(
      Errc::canceled, [](const Error&) -> Result<void> { return Errc::closed; });

  CHECK(t.poll(cancel_all(plain.future(), std::move(failing), ready_future(1))));

  CHECK_FALSE(plain.wanted());
  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread.front().error == Errc::closed);
}

TEST_CASE("tasks and futures are cancelled together by a gather of two cancel_all") {
  Fixture t;
  TaskGroup group(t.loop);
  std::vector<Task> tasks;
  std::vector<Future<void>> futures;
  for (int i = 0; i < 20; ++i) {
    tasks.push_back(group.spawn("work", work(t)));
    futures.push_back(work(t));
  }
  auto all = gather(cancel_all(tasks), cancel_all(std::move(futures)));

  t.clock.advance(1s);

  CHECK(all.ready());
  CHECK(group.size() == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("cancel_all of nothing is ready at once") {
  Fixture t;
  CHECK(cancel_all(std::vector<Future<int>>()).ready());
  CHECK(t.poll(cancel_all(std::vector<Task>())));
}

TEST_CASE("cancel of a cancel_all waits until it is over") {
  Fixture t;
  std::vector<Future<void>> futures;
  futures.push_back(work(t));
  bool over = false;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", cancel_all(std::move(futures)).then([&over, &t] {
    over = true;
    return t.loop.sleep(100s);
  }));
  task.cancel();
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1s);

  CHECK(over);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("dropping a cancel_all drops its futures") {
  Fixture t;
  ProbeCount probes;
  std::vector<Future<void>> futures;
  futures.push_back(work(t).attach(Probe(probes)));
  auto all = cancel_all(std::move(futures));

  all = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}
