// SPDX-License-Identifier: MIT
//
// Generators inside generators: constant stack.
#include <eddy/core/coro.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include "core/stack_depth.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::a_little_stack;
using eddy::testing::Fixture;
using eddy::testing::Look;
using eddy::testing::StackDepth;

namespace {

using Ints = AsyncIterator<int>;

constexpr int ten_thousand = 10'000;

/// Passes on the items of one that passes on the items of one ... whose last one waits for
/// `first`.
Ints nested(int depth, Future<void> first, StackDepth& stack) {
  const Look look(stack);
  stack.look();
  if (depth == 0) {
    co_await std::move(first);
    co_yield 1;
    co_return;
  }
  Ints inner = nested(depth - 1, std::move(first), stack);
  while (auto item = co_await inner)
    co_yield *item + 1;
}

Future<int> sum_of(Ints items) {
  int sum = 0;
  while (auto item = co_await items)
    sum += *item;
  co_return sum;
}

}  // namespace

TEST_CASE("items pass 10,000 generators inside each other in constant stack") {
  Fixture t;
  StackDepth stack;
  Future<int> sum = sum_of(nested(ten_thousand, t.loop.sleep(1s), stack));
  CHECK_FALSE(t.poll(sum));

  t.clock.advance(1s);

  CHECK(t.get(std::move(sum)).value() == ten_thousand + 1);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("10,000 generators inside each other are dropped in constant stack") {
  Fixture t;
  StackDepth stack;
  Future<int> sum = sum_of(nested(ten_thousand, t.loop.sleep(1s), stack));
  CHECK_FALSE(t.poll(sum));

  sum = {};

  CHECK(t.loop.statistic().live_nodes == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("soft cancel passes 10,000 generators inside each other in constant stack") {
  Fixture t;
  StackDepth stack;
  Promise<void> first(t.loop);
  first.on_abandoned([&stack] { stack.look(); });
  TaskGroup group(t.loop);
  Task task =
      group.spawn("deep", sum_of(nested(ten_thousand, first.future(), stack)).then([](int) {}));
  t.run_until_idle();

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a soft cancel that is put off in generators meets the item that comes out of them") {
  for (int depth = 60; depth < 70; ++depth) {
    CAPTURE(depth);
    Fixture t;
    StackDepth stack;
    Promise<void> first(t.loop);
    TaskGroup group(t.loop);
    Task task =
        group.spawn("deep", sum_of(nested(depth, first.future(), stack)).then([&t](int sum) {
          return t.loop.sleep(1h).attach(int(sum));
        }));
    t.run_until_idle();

    std::move(first).set_value();
    task.cancel();
    t.run_until_idle();

    CHECK(task.state() == TaskState::canceled);
  }
}
