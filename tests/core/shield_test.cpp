// SPDX-License-Identifier: MIT
#include <eddy/core/gather.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/shield.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/wait_for.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("a shield hands value and error on") {
  Fixture t;
  CHECK(*t.get(shield(ready_future(7))) == 7);
  CHECK(t.get(shield(failed_future<int>(Errc::closed))).error() == Errc::closed);
}

TEST_CASE("shielded work survives the cancel of who waits, who gets canceled all the same") {
  Fixture t;
  bool finished = false;
  bool ran = false;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work",
      shield(t.loop.sleep(1s).then([&finished] { finished = true; })).then([&ran] { ran = true; }));
  task.cancel();
  task.cancel();
  t.clock.advance(999ms);
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1ms);

  CHECK(finished);
  CHECK_FALSE(ran);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("the cancel that a shield delivers is one, and may be converted") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work", shield(t.loop.sleep(1s)).or_else(Errc::canceled, [](const Error&) {}).then([&t] {
        return t.loop.sleep(1s);
      }));
  task.cancel();

  t.clock.advance(2s);

  CHECK(task.state() == TaskState::done);
}

TEST_CASE("an error of shielded work that gives way to a cancel is reported") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work", shield(t.loop.sleep(1s).then([]() -> Result<void> { return Errc::closed; })));
  task.cancel();

  t.clock.advance(1s);

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a shield around one future of a gather leaves the others to the cancel") {
  Fixture t;
  std::string events;
  TaskGroup group(t.loop);
  Task task = group.spawn("work",
                          gather(shield(t.loop.sleep(1s).then([&events] { events += "kept"; })),
                                 t.loop.sleep(2s).finally([&events] { events += "cleaned "; }))
                              .then([](const auto&) {}));
  task.cancel();

  t.clock.advance(1s);

  CHECK(events == "cleaned kept");
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a shield keeps work alive through a limit, at most for the time of clean-up") {
  Fixture t;
  bool finished = false;
  auto quick = wait_for(shield(t.loop.sleep(3s).then([&finished] { finished = true; })), 1s);
  auto slow = wait_for(shield(t.loop.sleep(100s)), 1s);
  t.clock.advance(2999ms);
  CHECK_FALSE(quick.ready());

  t.clock.advance(3001ms);

  CHECK(finished);
  CHECK(t.get(std::move(quick)).error() == Errc::timed_out);
  CHECK(t.get(std::move(slow)).error() == Errc::timed_out);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a reader of shared work is cancelled at once, and the work goes on") {
  Fixture t;
  const auto work = t.loop.sleep(1s, 7).share();
  TaskGroup group(t.loop);
  Task task = group.spawn("reader", work.future().then([](int) {}));
  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);

  t.clock.advance(1s);

  CHECK(*t.get(work.future()) == 7);
}

TEST_CASE("dropping a shield drops the work") {
  Fixture t;
  ProbeCount probes;
  auto work = shield(t.loop.sleep(1s).attach(Probe(probes)));

  work = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a continuation of shielded work may drop the shield") {
  Fixture t;
  Future<void> work;
  work = shield(t.loop.sleep(1s).then([&work] { work = {}; }));

  t.clock.advance(1s);

  CHECK_FALSE(work.valid());
}
