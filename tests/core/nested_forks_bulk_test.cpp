// SPDX-License-Identifier: MIT
//
// Shared futures and all() inside each other, a million levels deep, on the usual stack.
#include <eddy/core/all.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <utility>
#include <vector>

#include "core/stack_depth.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::a_little_stack;
using eddy::testing::Fixture;
using eddy::testing::Look;
using eddy::testing::StackDepth;

namespace {

constexpr int a_million = 1'000'000;

Future<void> one_of_all(Future<void> arm, StackDepth& stack) {
  std::vector<Future<void>> arms;
  arms.push_back(std::move(arm));
  return all(std::move(arms)).then([look = Look(stack)](const auto&) {});
}

/// The only reader of a shared future, and so on.
Future<void> a_nest_of_shares(Future<void> leaf, StackDepth& stack) {
  Future<void> nest = std::move(leaf);
  for (int i = 0; i < a_million; ++i)
    nest = std::move(nest).share().future().attach(Look(stack));
  return nest;
}

/// The only arm of an all(), and so on.
Future<void> a_nest_of_alls(Future<void> leaf, StackDepth& stack) {
  Future<void> nest = std::move(leaf);
  for (int i = 0; i < a_million; ++i)
    nest = one_of_all(std::move(nest), stack);
  return nest;
}

/// Both in turn.
Future<void> a_mixed_nest(Future<void> leaf, StackDepth& stack) {
  Future<void> nest = std::move(leaf);
  for (int i = 0; i < a_million / 2; ++i)
    nest = one_of_all(std::move(nest).share().future(), stack);
  return nest;
}

}  // namespace

TEST_CASE("a nest of share and all is dropped without stack growth") {
  Fixture t;
  StackDepth stack;
  Future<void> nest = a_mixed_nest(t.loop.sleep(1s), stack);
  CHECK(t.loop.statistic().active_timers == 1);

  nest = {};

  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(t.loop.statistic().live_nodes == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a nest of share and all whose leaf has a value settles without stack growth") {
  Fixture t;
  StackDepth stack;
  Promise<void> promise(t.loop);
  Future<void> nest = a_mixed_nest(promise.future(), stack);

  std::move(promise).set_value();
  CHECK_FALSE(nest.ready());
  t.loop.run();

  CHECK(nest.ready());
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("an error passes a nest of share and all without stack growth") {
  Fixture t;
  StackDepth stack;
  Promise<void> promise(t.loop);
  Future<void> nest = a_mixed_nest(promise.future(), stack);

  std::move(promise).set_error(Errc::closed);

  CHECK(t.get(std::move(nest)).error() == Errc::closed);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a value passes a nest of shares without stack growth") {
  Fixture t;
  StackDepth stack;
  Promise<void> promise(t.loop);
  Future<void> nest = a_nest_of_shares(promise.future(), stack);

  std::move(promise).set_value();

  CHECK(nest.ready());
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("an error passes a nest of alls without stack growth") {
  Fixture t;
  StackDepth stack;
  Promise<void> promise(t.loop);
  Future<void> nest = a_nest_of_alls(promise.future(), stack);

  std::move(promise).set_error(Errc::closed);

  CHECK(t.get(std::move(nest)).error() == Errc::closed);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a nest of alls is spawned and softly cancelled without stack growth") {
  Fixture t;
  StackDepth stack;
  TaskGroup group(t.loop);
  Task task = group.spawn("nest", a_nest_of_alls(t.loop.sleep(1s), stack));

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a nest of alls may be dropped while a soft cancel is on its way down") {
  Fixture t;
  StackDepth stack;
  Task task;
  {
    TaskGroup group(t.loop);
    task = group.spawn("nest", a_nest_of_alls(t.loop.sleep(1s), stack));
    task.cancel();
    task.cancel();
    CHECK(t.loop.statistic().active_timers == 1);
  }
  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a soft cancel that is put off in a nest of alls is not lost when all have settled") {
  for (int depth = 60; depth < 70; ++depth) {
    CAPTURE(depth);
    Fixture t;
    StackDepth stack;
    Promise<void> leaf(t.loop);
    Future<void> nest = leaf.future();
    for (int i = 0; i < depth; ++i)
      nest = one_of_all(std::move(nest), stack);
    TaskGroup group(t.loop);
    Task task = group.spawn("deep", std::move(nest).then([&t] { return t.loop.sleep(1h); }));
    t.run_until_idle();

    std::move(leaf).set_value();
    task.cancel();
    t.run_until_idle();

    CHECK(task.state() == TaskState::canceled);
  }
}
