// SPDX-License-Identifier: MIT
#include <eddy/core/all_settled.hpp>
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

TEST_CASE("all_settled gives a result for each future, in argument order") {
  Fixture t;
  auto both = all_settled(t.loop.sleep(2s, std::string("a")), failed_future<void>(Errc::closed));
  t.clock.advance(1999ms);
  CHECK_FALSE(both.ready());

  t.clock.advance(1ms);

  const auto results = t.get(std::move(both));
  CHECK(*std::get<0>(*results) == "a");
  CHECK(std::get<1>(*results).error() == Errc::closed);
}

TEST_CASE("all_settled of a vector gives a vector of results") {
  Fixture t;
  std::vector<Future<int>> futures;
  futures.push_back(failed_future<int>(Errc::closed));
  futures.push_back(t.loop.sleep(1s, 2));
  futures.push_back(failed_future<int>(Errc::canceled));
  auto all = all_settled(std::move(futures));

  t.clock.advance(1s);

  const auto results = t.get(std::move(all));
  CHECK((*results)[0].error() == Errc::closed);
  CHECK(*(*results)[1] == 2);
  CHECK((*results)[2].error() == Errc::canceled);
}

TEST_CASE("all_settled of nothing is ready at once") {
  Fixture t;
  CHECK(all_settled(std::vector<Future<int>>()).ready());
}

TEST_CASE("cancel of an all_settled is no result: the whole is canceled") {
  Fixture t;
  bool ran = false;
  std::string cleaned;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work",
      all_settled(t.loop.sleep(100s).finally([&] { return t.loop.sleep(1s); }), ready_future(1))
          .then([&ran](const auto&) { ran = true; }));

  task.cancel();
  CHECK(task.state() == TaskState::running);
  t.clock.advance(1s);

  CHECK_FALSE(ran);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("an error beside the cancel of an all_settled is reported") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work",
      all_settled(failed_future<int>(Errc::closed), t.loop.sleep(100s)).then([](const auto&) {}));

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a cancel that no future of an all_settled could take hits what comes next") {
  Fixture t;
  Promise<int> promise(t.loop);
  TaskGroup group(t.loop);
  Task task = group.spawn("work", all_settled(promise.future().then([](int) -> Result<int> {
                                    return Errc::closed;
                                  })).then([&t](const auto&) { return t.loop.sleep(100s); }));
  std::move(promise).set_value(1);
  task.cancel();

  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("dropping an all_settled drops its futures") {
  Fixture t;
  ProbeCount probes;
  auto both = all_settled(t.loop.sleep(1s).attach(Probe(probes)), ready_future());

  both = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a continuation may drop the all_settled that its future belongs to") {
  Fixture t;
  ProbeCount probes;
  Future<void> both;
  both = all_settled(t.loop.sleep(1s).then([&both, last = Probe(probes)] { both = {}; }),
                     t.loop.sleep(2s).attach(Probe(probes)))
             .then([](const auto&) {});

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}
