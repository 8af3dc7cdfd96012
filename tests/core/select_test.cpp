// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/select.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/wait.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("select gives the value of the first to settle, in a variant that tells which it was") {
  Fixture t;
  auto winner = select(t.loop.sleep(2s, 1), t.loop.sleep(1s, std::string("b")), t.loop.sleep(3s));
  CHECK_FALSE(t.poll(winner));
  t.clock.advance(1s);

  const auto value = t.get(std::move(winner));

  CHECK(value->index() == 1);
  CHECK(std::get<1>(*value) == "b");
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("select tells futures of the same type apart") {
  Fixture t;
  const auto value = t.get(select(t.loop.sleep(1s, 1), ready_future(2), ready_future(3)));

  CHECK(value->index() == 1);
  CHECK(std::get<1>(*value) == 2);
}

TEST_CASE("select of a vector gives index and value") {
  Fixture t;
  std::vector<Future<std::string>> futures;
  futures.push_back(t.loop.sleep(2s, std::string("a")));
  futures.push_back(t.loop.sleep(1s, std::string("b")));
  auto winner = select(std::move(futures));
  t.clock.advance(1s);

  const auto selected = t.get(std::move(winner));

  CHECK(selected->index == 1);
  CHECK(selected->value == "b");
}

TEST_CASE("select of no future at all is refused") {
  Fixture t;
  const auto selected = t.get(select(std::vector<Future<int>>()));
  CHECK(selected.error() == Errc::invalid);
  CHECK(selected.error().context() == "a race of no futures");
}

TEST_CASE("the error of the winner is that of the select, and the losers are cancelled") {
  Fixture t;
  bool ran = false;
  auto winner = select(t.loop.sleep(1s).then([]() -> Result<int> { return Errc::closed; }),
                       t.loop.sleep(2s).then([&ran] { ran = true; }));
  t.clock.advance(1s);

  CHECK(t.get(std::move(winner)).error() == Errc::closed);
  t.clock.advance(5s);
  CHECK_FALSE(ran);
}

TEST_CASE("select waits for the clean-up of the losers") {
  Fixture t;
  std::string cleaned;
  auto winner = select(t.loop.sleep(1s, 7), t.loop.sleep(100s).finally([&] {
    return t.loop.sleep(300ms).then([&cleaned] { cleaned = "yes"; });
  }));
  t.clock.advance(1299ms);
  CHECK_FALSE(winner.ready());
  CHECK(cleaned.empty());

  t.clock.advance(1ms);

  CHECK(cleaned == "yes");
  CHECK(std::get<0>(*t.get(std::move(winner))) == 7);
}

TEST_CASE("select drops losers whose clean-up takes more than five seconds") {
  Fixture t;
  ProbeCount probes;
  auto winner =
      select(t.loop.sleep(1s, 7),
             t.loop.sleep(100s).finally([&] { return t.loop.sleep(100s).attach(Probe(probes)); }));
  t.clock.advance(5999ms);
  CHECK(probes.alive == 1);
  CHECK_FALSE(winner.ready());

  t.clock.advance(1ms);

  CHECK(probes.alive == 0);
  CHECK(winner.ready());
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("select that drops its losers waits for nothing and runs no clean-up") {
  Fixture t;
  bool cleaned = false;
  auto winner = select(Losers::drop, t.loop.sleep(1s, 7), t.loop.sleep(100s).finally([&cleaned] {
    cleaned = true;
  }));

  t.clock.advance(1s);

  CHECK(winner.ready());
  t.run_until_idle();
  CHECK_FALSE(cleaned);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("losers go on if wait is used for select") {
  Fixture t;
  auto first = wait(When::first_completed, t.loop.sleep(1s, 1), t.loop.sleep(2s, 2));
  t.clock.advance(1s);
  auto [winner, loser] = *t.get(std::move(first));

  t.clock.advance(1s);

  CHECK(*t.get(std::move(winner)) == 1);
  CHECK(*t.get(std::move(loser)) == 2);
}

TEST_CASE("a second error of a select is reported") {  // aiomisc: it vanishes
  Fixture t;
  Promise<int> one(t.loop);
  Promise<int> two(t.loop);
  auto winner = select(one.future().then([](int n) { return n; }),
                       two.future().or_else([](Error e) -> Result<int> { return e; }));
  std::move(two).set_error(Errc::too_large);
  std::move(one).set_error(Errc::closed);

  CHECK(t.get(std::move(winner)).error() == Errc::closed);

  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread.front().error == Errc::too_large);
}

TEST_CASE("an error in the clean-up of a loser is reported") {
  Fixture t;
  auto winner = select(ready_future(7),
                       t.loop.sleep(100s).or_else(Errc::canceled, [](const Error&) -> Result<void> {
                         return Errc::closed;
                       }));

  CHECK(t.get(std::move(winner)).has_value());
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a select that takes too long is an error and ends all its futures") {
  // aiomisc: the result is empty and there is no error
  Fixture t;
  std::string cleaned;
  auto winner = select(t.loop.sleep(100s).finally([&cleaned] { cleaned += 'a'; }),
                       t.loop.sleep(100s).finally([&cleaned] { cleaned += 'b'; }))
                    .timeout(1s);
  t.clock.advance(1s);

  CHECK(t.get(std::move(winner)).error() == Errc::timed_out);
  CHECK(cleaned == "ab");
}

TEST_CASE("a future of a select that is cancelled by itself settles it as canceled") {
  // aiomisc: the result is empty
  Fixture t;
  auto winner = select(failed_future<int>(Errc::canceled), t.loop.sleep(1s));
  CHECK(t.get(std::move(winner)).error() == Errc::canceled);
}

TEST_CASE("cancel of a select reaches every future and waits for their clean-up") {
  Fixture t;
  const auto work = [&t] {
    return t.loop.sleep(100s).finally([&t] { return t.loop.sleep(1s); });
  };
  TaskGroup group(t.loop);
  Task task = group.spawn("work", select(work(), work()).then([](const auto&) {}));

  task.cancel();
  t.clock.advance(999ms);
  CHECK(task.state() == TaskState::running);
  t.clock.advance(1ms);

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a select that was cancelled is canceled, also if a future comes to a value") {
  Fixture t;
  bool ran = false;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work",
      select(t.loop.sleep(100s, 1).or_else(Errc::canceled, [](const Error&) { return 2; }),
             t.loop.sleep(100s))
          .then([&ran](const auto&) { ran = true; }));

  task.cancel();
  t.run_until_idle();

  CHECK_FALSE(ran);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a cancel while the losers clean up does not disturb them and hits what comes next") {
  Fixture t;
  int value = 0;
  bool cleaned = false;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", select(t.loop.sleep(1s, 7), t.loop.sleep(100s).finally([&] {
                                    return t.loop.sleep(1s).then([&cleaned] { cleaned = true; });
                                  })).then([&value, &t](const auto& winner) {
    value = std::get<0>(winner);
    return t.loop.sleep(100s);
  }));
  t.clock.advance(1s);
  task.cancel();
  task.cancel();
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1s);

  CHECK(cleaned);
  CHECK(value == 7);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("the cancel of a loser does not go beyond the select") {
  Fixture t;
  TaskGroup group(t.loop);
  // The loser is ready but has not run when it loses: the cancel finds no leaf.
  auto loser = ready_future(2).then([](int n) { return n; });
  Task task = group.spawn("work", select(ready_future(1), std::move(loser)).then([&t](const auto&) {
    return t.loop.sleep(1s);
  }));

  t.clock.advance(2s);

  CHECK(task.state() == TaskState::done);
}

TEST_CASE("dropping a select drops its futures, also while the losers clean up") {
  Fixture t;
  ProbeCount probes;
  auto waiting = select(t.loop.sleep(1s).attach(Probe(probes)), t.loop.sleep(1s));
  auto cleaning =
      select(ready_future(1),
             t.loop.sleep(1s).finally([&] { return t.loop.sleep(1s).attach(Probe(probes)); }));
  t.run_until_idle();
  CHECK(probes.alive == 2);

  waiting = {};
  cleaning = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("what dies with a loser may drop the select") {
  Fixture t;
  ProbeCount probes;
  Future<void> winner;
  winner =
      select(Losers::drop, t.loop.sleep(1s, 1), t.loop.sleep(5s).attach(Probe(probes, [&winner] {
        winner = {};
      }))).then([](const auto&) {});

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK_FALSE(winner.valid());
}

TEST_CASE("the clean-up of a loser may drop the select") {
  Fixture t;
  Future<void> winner;
  bool cleaned = false;
  winner = select(t.loop.sleep(1s, 1), t.loop.sleep(5s).finally([&] {
             winner = {};
             cleaned = true;
           })).then([](const auto&) {});

  t.clock.advance(1s);

  CHECK(cleaned);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a select that outlives its loop never comes") {
  Future<void> winner;
  {
    Loop loop;
    winner = select(loop.sleep(1s), loop.sleep(2s)).then([](const auto&) {});
  }
  CHECK_FALSE(winner.ready());
  winner = {};
}
