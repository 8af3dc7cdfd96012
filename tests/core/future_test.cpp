// SPDX-License-Identifier: MIT
#include <eddy/core/all.hpp>
#include <eddy/core/future.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

TEST_CASE("dropping a future stops the timer before the destructor returns") {
  Fixture t;
  bool ran = false;
  auto later = t.loop.sleep(5s).then([&] { ran = true; });

  later = {};
  t.clock.advance(10s);

  CHECK_FALSE(ran);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("then on a ready future runs in a later turn") {
  Fixture t;
  bool ran = false;
  auto f = ready_future(1).then([&](int) { ran = true; });
  CHECK_FALSE(ran);
  CHECK(t.poll(f));
  CHECK(ran);
}

TEST_CASE("all gathers") {
  Fixture t;
  std::vector<Future<int>> v;
  v.push_back(t.loop.sleep(1s, 1));
  v.push_back(t.loop.sleep(2s, 2));
  auto f = all(std::move(v)).then([](std::vector<int> x) { return x[0] + x[1]; });
  t.clock.advance(2s);
  CHECK(*t.get(std::move(f)) == 3);
}

TEST_CASE("tasks") {
  Fixture t;
  TaskGroup g(t.loop);
  int n = 0;
  auto task = g.spawn("a", t.loop.sleep(1s).finally([&] { ++n; }));
  g.spawn("b", repeat(t.loop, [&] {
            return t.loop.sleep(1ms).then([&] { return ++n < 10 ? Next::again : Next::done; });
          }));
  task.cancel();
  t.clock.advance(100ms);
  CHECK(task.state() == TaskState::canceled);
  CHECK(n == 10);
  CHECK(g.size() == 0);
}
