// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <stdexcept>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("finally runs on a value, and the value waits for asynchronous clean-up") {
  Fixture t;
  bool cleaned = false;
  auto chain = ready_future(1).finally(
      [&] { return t.loop.sleep(1s).then([&cleaned] { cleaned = true; }); });
  CHECK_FALSE(t.poll(chain));

  t.clock.advance(1s);

  CHECK(cleaned);
  CHECK(*t.get(std::move(chain)) == 1);
}

TEST_CASE("finally runs on an error, and the error waits for asynchronous clean-up") {
  Fixture t;
  bool cleaned = false;
  auto chain = failed_future<int>(Errc::closed).finally([&] {
    return t.loop.sleep(1s).then([&cleaned] { cleaned = true; });
  });
  CHECK_FALSE(t.poll(chain));

  t.clock.advance(1s);

  CHECK(cleaned);
  CHECK(t.get(std::move(chain)).error() == Errc::closed);
}

TEST_CASE("finally runs on soft cancel, and asynchronous clean-up is shielded from the next") {
  Fixture t;
  bool cleaned = false;
  TaskGroup group(t.loop);
  Task task = group.spawn("work", t.loop.sleep(100s).finally([&] {
    return t.loop.sleep(1s).then([&cleaned] { cleaned = true; });
  }));

  task.cancel();
  t.run_until_idle();
  task.cancel();
  t.run_until_idle();
  CHECK_FALSE(cleaned);
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1s);
  CHECK(cleaned);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("finally does not run on drop") {
  Fixture t;
  bool cleaned = false;
  auto chain = t.loop.sleep(1s).finally([&cleaned] { cleaned = true; });

  chain = {};
  t.clock.advance(2s);

  CHECK_FALSE(cleaned);
}

TEST_CASE("a cancel during clean-up is delivered after it") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task =
      group.spawn("work", t.loop.sleep(1s).finally([&t] { return t.loop.sleep(1s); }).then([&t] {
        return t.loop.sleep(100s);
      }));
  t.clock.advance(1500ms);

  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::running);

  t.clock.advance(500ms);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a failing finally replaces a value") {
  Fixture t;
  auto thrown = ready_future(1).finally([] { throw std::runtime_error("broken"); });
  auto returned = ready_future(1).finally([]() -> Result<void> { return Errc::closed; });
  auto later = ready_future(1).finally([] { return failed_future<void>(Errc::too_large); });

  CHECK(t.get(std::move(thrown)).error() == Errc::exception);
  CHECK(t.get(std::move(returned)).error() == Errc::closed);
  CHECK(t.get(std::move(later)).error() == Errc::too_large);
}

TEST_CASE("a failing finally never replaces an error, and is reported") {
  Fixture t;
  auto chain = failed_future<int>(Errc::closed).finally([] { throw std::runtime_error("broken"); });

  CHECK(t.get(std::move(chain)).error() == Errc::closed);
  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread.front().error == Errc::exception);
}

TEST_CASE("dropping a chain in its clean-up drops the clean-up and the kept value") {
  Fixture t;
  ProbeCount probes;
  auto chain = ready_future(testing::shared_probe(probes)).finally([&] {
    return t.loop.sleep(1s).attach(Probe(probes));
  });
  t.run_until_idle();
  CHECK(probes.alive == 2);

  chain = {};

  CHECK(probes.alive == 0);
}

TEST_CASE("a chain dropped by what dies with the input runs no finally") {
  Fixture t;
  bool cleaned = false;
  ProbeCount probes;
  Future<void> chain;
  // The attached thing of an adopted future dies when its result is moved on.
  chain = t.loop.next_turn()
              .complete([last = Probe(probes, [&chain] { chain = {}; })](const Result<void>&) {})
              .finally([&cleaned] { cleaned = true; });

  t.run_until_idle();

  CHECK_FALSE(cleaned);
  CHECK(probes.alive == 0);
}
