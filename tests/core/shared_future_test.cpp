// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <vector>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("each reader of a shared future gets a copy, early or late") {
  Fixture t;
  Promise<int> promise(t.loop);
  auto shared = promise.future().share();
  auto early = shared.then([](int n) { return n + 1; });

  std::move(promise).set_value(1);
  auto late = shared.future();

  CHECK(*t.get(std::move(early)) == 2);
  CHECK(*t.get(std::move(late)) == 1);
}

TEST_CASE("of a thousand readers some may be dropped by the callback of another") {
  Fixture t;
  Promise<int> promise(t.loop);
  auto shared = promise.future().share();
  std::vector<Future<void>> readers(1000);
  int ran = 0;
  for (std::size_t i = 0; i < readers.size(); ++i) {
    readers[i] = shared.then([&readers, &ran, i](int) {
      ++ran;
      if (i % 3 == 0 && i + 1 < readers.size()) readers[i + 1] = {};
    });
  }

  std::move(promise).set_value(1);
  CHECK(ran == 0);
  t.run_until_idle();

  CHECK(ran == 667);  // every third took its neighbour along
}

TEST_CASE("readers may be dropped while the result is being handed out") {
  Fixture t;
  ProbeCount probes;
  Promise<int> promise(t.loop);
  auto shared = promise.future().share();
  std::vector<Future<int>> readers;
  Future<int> victim;
  readers.push_back(shared.future().attach(Probe(probes, [&victim] { victim = {}; })));
  victim = shared.future();
  readers.push_back(shared.future());

  std::move(promise).set_value(1);

  CHECK_FALSE(victim.valid());
  CHECK(readers[0].ready());
  CHECK(readers[1].ready());
}

TEST_CASE("the last handle drops the source") {
  Fixture t;
  ProbeCount probes;
  auto shared = std::make_optional(t.loop.sleep(1s).attach(Probe(probes)).share());
  auto copy = shared;
  auto reader = copy->future();
  shared.reset();
  copy.reset();
  CHECK(probes.alive == 1);

  reader = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("cancel fails that branch only") {
  Fixture t;
  auto shared = t.loop.sleep(1s, 7).share();
  TaskGroup group(t.loop);
  Task canceled = group.spawn("a", shared.then([](int) {}));
  auto other = shared.future();

  canceled.cancel();
  t.clock.advance(1s);

  CHECK(canceled.state() == TaskState::canceled);
  CHECK(*t.get(std::move(other)) == 7);
}

TEST_CASE("one reader of a shared error counts as read") {
  Fixture t;
  auto shared = failed_future<int>(Errc::closed).share();
  auto reader = shared.future();
  auto idle = shared.future();

  CHECK(t.get(std::move(reader)).error() == Errc::closed);
  idle = {};

  CHECK(t.loop.statistic().unread_errors == 0);
}

TEST_CASE("a shared error that nobody reads is reported once") {
  Fixture t;
  {
    auto shared = failed_future<int>(Errc::closed).share();
    auto a = shared.future();
    auto b = shared.future();
  }
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a reader that only saw its own cancel has not read the error") {
  Fixture t;
  Promise<int> promise(t.loop);
  {
    auto shared = promise.future().share();
    TaskGroup group(t.loop);
    group.spawn("reader", shared.then([](int) {})).cancel();
    t.run_until_idle();
    std::move(promise).set_error(Errc::closed);
  }
  CHECK(t.take_unread().size() == 1);
}
