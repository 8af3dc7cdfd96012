// SPDX-License-Identifier: MIT
#include <eddy/core/gather.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("gather runs its futures at the same time and gives the values in argument order") {
  Fixture t;
  auto both = gather(t.loop.sleep(2s, 1), t.loop.sleep(1s, std::string("b")), t.loop.sleep(1s));
  t.clock.advance(1999ms);
  CHECK_FALSE(both.ready());

  t.clock.advance(1ms);

  const auto values = t.get(std::move(both));
  CHECK(std::get<0>(*values) == 1);
  CHECK(std::get<1>(*values) == "b");
}

TEST_CASE("gather of a vector gives a vector in its order") {
  Fixture t;
  std::vector<Future<int>> futures;
  futures.push_back(t.loop.sleep(2s, 1));
  futures.push_back(ready_future(2));
  auto both = gather(std::move(futures));

  t.clock.advance(2s);

  CHECK(*t.get(std::move(both)) == std::vector<int>{1, 2});
}

TEST_CASE("gather of nothing is ready at once") {
  Fixture t;
  CHECK(gather(std::vector<Future<int>>()).ready());
  CHECK(gather(return_errors, std::vector<Future<int>>()).ready());
}

TEST_CASE("after the first error of a gather the others run to their end, then it fails") {
  Fixture t;
  bool ran = false;
  auto both =
      gather(failed_future<int>(Errc::closed), t.loop.sleep(2s).then([&ran] { ran = true; }));
  t.clock.advance(1999ms);
  CHECK_FALSE(t.poll(both));

  t.clock.advance(1ms);

  CHECK(ran);
  CHECK(t.get(std::move(both)).error() == Errc::closed);
}

TEST_CASE("the later errors of a gather are reported, the first in time is its own") {
  Fixture t;
  auto late = t.loop.sleep(2s).then([]() -> Result<int> { return Errc::too_large; });
  auto early = t.loop.sleep(1s).then([]() -> Result<int> { return Errc::closed; });
  auto both = gather(std::move(late), std::move(early));

  t.clock.advance(2s);

  CHECK(t.get(std::move(both)).error() == Errc::closed);
  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread.front().error == Errc::too_large);
  CHECK(t.loop.statistic().unread_errors == 1);
}

TEST_CASE("gather with return_errors puts errors in the place of values") {
  Fixture t;
  auto both = gather(return_errors, failed_future<int>(Errc::closed), ready_future(2));

  const auto results = t.get(std::move(both));

  CHECK(std::get<0>(*results).error() == Errc::closed);
  CHECK(*std::get<1>(*results) == 2);
}

TEST_CASE("a future of a gather that is cancelled by itself cancels neither it nor the others") {
  Fixture t;
  TaskGroup group(t.loop);
  Task one = group.spawn("one", t.loop.sleep(100s));
  bool ran = false;
  auto both = gather(one.join().then([] { return failed_future<int>(Errc::canceled); }),
                     t.loop.sleep(2s).then([&ran] { ran = true; }));

  one.cancel();
  t.clock.advance(1s);
  CHECK_FALSE(both.ready());
  CHECK_FALSE(ran);
  t.clock.advance(1s);

  CHECK(ran);
  CHECK(t.get(std::move(both)).error() == Errc::canceled);
}

TEST_CASE("cancel of a gather reaches all futures that have not settled") {
  Fixture t;
  std::string cleaned;
  TaskGroup group(t.loop);
  Task task = group.spawn("work",
                          gather(t.loop.sleep(100s).finally([&cleaned] { cleaned += 'a'; }),
                                 ready_future(1),
                                 t.loop.sleep(100s).finally([&cleaned] { cleaned += 'b'; }))
                              .then([](const auto&) {}));

  task.cancel();
  t.run_until_idle();

  CHECK(cleaned == "ab");
  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a gather that was cancelled is canceled, also if all its futures come to a value") {
  Fixture t;
  const auto stubborn = [&t] {
    return t.loop.sleep(100s, 1).or_else(Errc::canceled, [](const Error&) { return 2; });
  };
  bool ran = false;
  TaskGroup group(t.loop);
  Task task =
      group.spawn("work", gather(stubborn(), stubborn()).then([&ran](const auto&) { ran = true; }));

  task.cancel();
  t.run_until_idle();

  CHECK_FALSE(ran);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a gather that is cancelled after an error is canceled, and the error is reported") {
  Fixture t;
  bool went_on = false;
  TaskGroup group(t.loop);
  Task task = group.spawn("work",
                          gather(failed_future<int>(Errc::closed), t.loop.sleep(100s))
                              .then([](const auto&) {})
                              .or_else([&went_on](const Error&) { went_on = true; }));

  task.cancel();
  t.run_until_idle();

  CHECK_FALSE(went_on);
  CHECK(task.state() == TaskState::canceled);
  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread.front().error == Errc::closed);
}

TEST_CASE("a cancel that no future of a gather could take hits what comes after its error") {
  Fixture t;
  Promise<int> promise(t.loop);
  TaskGroup group(t.loop);
  Task task =
      group.spawn("work",
                  gather(promise.future().then([](int) -> Result<int> { return Errc::closed; }))
                      .then([](const auto&) {})
                      .or_else(Errc::closed, [&t](const Error&) { return t.loop.sleep(100s); }));
  std::move(promise).set_value(1);
  task.cancel();

  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a cancel that no future of a gather could take hits what comes next") {
  Fixture t;
  Promise<int> promise(t.loop);
  bool ran = false;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work", gather(promise.future().then([](int n) { return n; })).then([&ran, &t](const auto&) {
        ran = true;
        return t.loop.sleep(100s);
      }));
  std::move(promise).set_value(1);
  task.cancel();

  t.run_until_idle();

  CHECK(ran);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("dropping a gather drops its futures, which run on as long as it is kept") {
  Fixture t;
  ProbeCount probes;
  auto both =
      gather(t.loop.sleep(1s).attach(Probe(probes)), t.loop.sleep(2s).attach(Probe(probes)));
  t.clock.advance(1s);
  CHECK(probes.alive == 1);

  both = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("what dies with a future of a gather may settle another and drop the gather") {
  Fixture t;
  ProbeCount probes;
  Promise<int> second(t.loop);
  Future<void> both;
  both = gather(t.loop.sleep(1s, 1).attach(Probe(probes,
                                                 [&] {
                                                   std::move(second).set_value(2);
                                                   both = {};
                                                 })),
                second.future().attach(Probe(probes)))
             .then([](const auto&) {});

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK_FALSE(both.valid());
}

TEST_CASE("a gather that outlives its loop never comes") {
  Future<void> both;
  {
    Loop loop;
    both = gather(loop.sleep(1s), loop.sleep(2s)).then([](const auto&) {});
  }
  CHECK_FALSE(both.ready());
  both = {};
}
