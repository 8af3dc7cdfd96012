// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/testing/fixture.hpp>

#include <algorithm>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

/// A future inside a future inside a future ...
Future<int> nested(Loop& loop, int depth) {
  if (depth == 0) return loop.sleep(1s, 7);
  return loop.next_turn().then([&loop, depth] { return nested(loop, depth - 1); });
}

struct Count {
  Loop& loop;
  int turns = 0;
  std::size_t most_nodes = 0;
};

/// The tail call of asynchronous code.
Future<void> count_down(Count& count, int left) {
  ++count.turns;
  count.most_nodes = std::max(count.most_nodes, count.loop.statistic().live_nodes);
  if (left == 0) return ready_future();
  return count.loop.next_turn().then([&count, left] { return count_down(count, left - 1); });
}

}  // namespace

TEST_CASE("a future returned from a continuation is adopted a thousand deep") {
  Fixture t;
  auto chain = nested(t.loop, 1000);
  t.run_until_idle();
  CHECK_FALSE(chain.ready());

  t.clock.advance(1s);

  CHECK(*t.get(std::move(chain)) == 7);
}

TEST_CASE("a chain adopted a thousand deep is dropped as one") {
  Fixture t;
  auto chain = nested(t.loop, 1000);
  t.run_until_idle();

  chain = {};

  CHECK(t.loop.statistic().live_nodes == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a thousand futures that each adopt the next are settled by one promise") {
  Fixture t;
  Promise<int> promise(t.loop);
  Future<int> chain = promise.future();
  for (int i = 0; i < 1000; ++i)
    chain = ready_future().then([inner = std::move(chain)]() mutable { return std::move(inner); });
  CHECK_FALSE(t.poll(chain));

  std::move(promise).set_value(7);

  CHECK(*t.get(std::move(chain)) == 7);
}

TEST_CASE("tail recursion through returned futures runs in constant memory") {
  Fixture t;
  Count count{t.loop};

  auto chain = count_down(count, 10'000);
  CHECK(count.turns == 1);
  CHECK(t.poll(chain));

  CHECK(count.turns == 10'001);
  CHECK(count.most_nodes < 10);
}
