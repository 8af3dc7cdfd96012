// SPDX-License-Identifier: MIT
//
// Coroutines by the hundred thousand: constant stack, and fair to the rest of the loop.
#include <eddy/core/coro.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <array>
#include <string>

#include "core/stack_depth.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::a_little_stack;
using eddy::testing::Fixture;
using eddy::testing::Look;
using eddy::testing::StackDepth;

namespace {

constexpr int hundred_thousand = 100'000;

/// Awaits itself so many levels deep, and the loop at the bottom.
Future<int> recursion(Loop& loop, StackDepth& stack, int depth) {
  const Look look(stack);
  stack.look();
  if (depth == 0) {
    co_await loop.sleep(1s);
    co_return 0;
  }
  const int below = co_await recursion(loop, stack, depth - 1);
  stack.look();
  co_return below + 1;
}

/// The same without a wait at the bottom.
Future<int> ready_recursion(StackDepth& stack, int depth) {
  const Look look(stack);
  stack.look();
  if (depth == 0) co_return 0;
  co_return co_await ready_recursion(stack, depth - 1) + 1;
}

/// Waits for something else than its argument, or for nothing.
Future<int> holding(Loop& loop, Future<int>, Look) {
  co_await loop.next_turn();
  co_return 1;
}
Future<int> holding_result(Future<int>, Look) {
  co_return 1;
}

Future<int> count_turns(Loop& loop, StackDepth& stack, int turns) {
  int done = 0;
  for (; done < turns; ++done) {
    co_await loop.next_turn();
    stack.look();
  }
  co_return done;
}

/// Has a frame that no size class of the pool holds.
Future<std::string> large(Future<void> work, std::array<char, 4096> many) {
  co_await std::move(work);
  co_return std::string(many.begin(), many.end());
}

Future<void> for_ever(int& turns) {
  for (;;) {
    co_await ready_future();
    ++turns;
  }
}

}  // namespace

TEST_CASE("a recursion of 100,000 coroutines completes in constant stack") {
  Fixture t;
  StackDepth stack;
  Future<int> depth = recursion(t.loop, stack, hundred_thousand);
  CHECK_FALSE(t.poll(depth));

  t.clock.advance(1s);

  CHECK(t.get(std::move(depth)).value() == hundred_thousand);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a recursion of 100,000 coroutines that need not wait completes in constant stack") {
  Fixture t;
  StackDepth stack;

  const auto depth = t.get(ready_recursion(stack, hundred_thousand));

  CHECK(depth.value() == hundred_thousand);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a coroutine whose start waits for its turn can be dropped") {
  Fixture t;
  StackDepth stack;
  Future<int> depth = ready_recursion(stack, 1000);
  CHECK_FALSE(depth.ready());

  depth = {};
  t.run_until_idle();

  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("a recursion of 100,000 coroutines is dropped in constant stack") {
  Fixture t;
  StackDepth stack;
  Future<int> depth = recursion(t.loop, stack, hundred_thousand);
  CHECK_FALSE(t.poll(depth));

  depth = {};

  CHECK(t.loop.statistic().live_nodes == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a soft cancel reaches the leaf of 100,000 coroutines and unwinds in constant stack") {
  Fixture t;
  StackDepth stack;
  TaskGroup group(t.loop);
  Task task = group.spawn("deep", recursion(t.loop, stack, hundred_thousand).then([](int) {}));
  t.run_until_idle();

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("arguments that own 100,000 coroutines die in constant stack") {
  Fixture t;
  StackDepth stack;
  Future<int> nest = ready_future(1);
  for (int i = 0; i < hundred_thousand; ++i)
    nest = holding(t.loop, std::move(nest), Look(stack));
  CHECK_FALSE(nest.ready());

  nest = {};

  CHECK(t.loop.statistic().live_nodes == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("arguments that own 100,000 coroutines that are ready die in constant stack") {
  Loop loop;  // without debug mode, which has no short ways
  StackDepth stack;
  Future<int> nest = ready_future(1);
  for (int i = 0; i < hundred_thousand; ++i)
    nest = holding_result(std::move(nest), Look(stack));
  CHECK(nest.ready());

  nest = {};

  CHECK(loop.statistic().live_nodes == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("100,000 awaits in a loop take constant stack and constant memory") {
  Loop loop;  // the loop with the usual clock: no time passes
  StackDepth stack;

  Future<int> turns = count_turns(loop, stack, hundred_thousand);
  CHECK_FALSE(turns.ready());
  CHECK(loop.statistic().live_nodes == 2);  // the coroutine and what it awaits

  CHECK(loop.run_until(std::move(turns)).value() == hundred_thousand);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a frame is a block of the pool, and awaiting makes none") {
  Loop loop;
  detail::LoopCore& core = detail::core_of(loop);
  core.keeps_blocks = true;
  StackDepth stack;
  std::ignore = count_turns(loop, stack, 1);
  const std::size_t from_heap = core.heap_blocks;

  Future<int> work = count_turns(loop, stack, 1);

  CHECK(core.heap_blocks == from_heap);
  CHECK(core.live_blocks() == 2);  // the frame and the turn
}

TEST_CASE("a frame that is too large for the pool comes from the heap and returns to it") {
  Loop loop;
  detail::LoopCore& core = detail::core_of(loop);
  core.keeps_blocks = true;
  Promise<void> promise(loop);
  Future<std::string> work = large(promise.future(), {'a'});
  CHECK(core.heap_blocks == 2);

  work = {};

  CHECK(core.heap_blocks == 1);
}

TEST_CASE("an endless loop of awaits that are ready lets the others have their turn") {
  Fixture t;
  int turns = 0;
  Future<void> endless = for_ever(turns);
  CHECK(turns == 64);  // inside the call

  Future<void> other = t.loop.next_turn();
  std::ignore = t.loop.turn();
  std::ignore = t.loop.turn();

  CHECK(other.ready());
  CHECK_FALSE(endless.ready());
  CHECK(turns > 64);
}
