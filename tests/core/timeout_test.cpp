// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("a result within the limit wins, and the limit is disarmed") {
  Fixture t;
  auto chain = t.loop.sleep(1s, 7).timeout(2s);
  t.clock.advance(1s);

  CHECK(*t.get(std::move(chain)) == 7);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("an expired limit cancels the work and gives timed_out with the limit and what elapsed") {
  Fixture t;
  bool cleaned = false;
  auto chain = t.loop.sleep(9s).finally([&cleaned] { cleaned = true; }).timeout(1500ms);
  t.clock.advance(1499ms);
  CHECK_FALSE(chain.ready());

  t.clock.advance(1ms);

  CHECK(cleaned);
  const auto result = t.get(std::move(chain));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error() == Errc::timed_out);
  CHECK(result.error().context() == "limit of 1500 ms, 1500 ms elapsed");
}

TEST_CASE("the clean-up of an expired chain has five seconds, then it is dropped") {
  Fixture t;
  ProbeCount probes;
  auto chain = t.loop.sleep(100s)
                   .finally([&] { return t.loop.sleep(100s).attach(Probe(probes)); })
                   .timeout(1s);
  t.clock.advance(5999ms);
  CHECK(probes.alive == 1);
  CHECK_FALSE(chain.ready());

  t.clock.advance(1ms);

  CHECK(probes.alive == 0);
  CHECK(t.get(std::move(chain)).error() == Errc::timed_out);
}

TEST_CASE("a result in the turn of the expiry wins if its timer was armed first") {
  Fixture t;
  auto chain = t.loop.sleep(1s, 7).timeout(1s);

  t.clock.advance(1s);

  CHECK(*t.get(std::move(chain)) == 7);
}

TEST_CASE("the cancel of a timeout does not go beyond the timeout") {
  Fixture t;
  // The work is ready but has not run when the limit expires: the cancel finds no leaf.
  auto chain = t.loop.sleep(1s)
                   .then([] {})
                   .timeout(1s)
                   .or_else(Errc::timed_out, [&t](const Error&) { return t.loop.sleep(1s); })
                   .then([] { return 7; });

  t.clock.advance(3s);

  CHECK(*t.get(std::move(chain)) == 7);
}

TEST_CASE("a cancel from outside is delivered after an expired timeout") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task =
      group.spawn("work",
                  t.loop.sleep(100s)
                      .finally([&t] { return t.loop.sleep(2s); })
                      .timeout(1s)
                      .or_else(Errc::timed_out, [&t](const Error&) { return t.loop.sleep(100s); }));
  t.clock.advance(2s);
  task.cancel();
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1s);

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("what dies with expired work may drop the chain of the timeout") {
  Fixture t;
  ProbeCount probes;
  Future<void> chain;
  chain = t.loop.sleep(100s)
              .finally([&] {
                return t.loop.sleep(100s).attach(Probe(probes, [&chain] { chain = {}; }));
              })
              .timeout(1s);

  t.clock.advance(6s);

  CHECK_FALSE(chain.valid());
  CHECK(probes.alive == 0);
}

TEST_CASE("a limit of zero or less expires in the next pass over the timers") {
  Fixture t;
  auto zero = t.loop.sleep(1s).timeout(0s);
  auto negative = t.loop.sleep(1s).timeout(-1s);
  CHECK_FALSE(zero.ready());

  t.run_until_idle();

  CHECK(t.get(std::move(zero)).error() == Errc::timed_out);
  CHECK(t.get(std::move(negative)).error() == Errc::timed_out);
}
