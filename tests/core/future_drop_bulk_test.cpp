// SPDX-License-Identifier: MIT
//
// Chains as long as memory: built and torn down on the usual stack.
#include <eddy/core/promise.hpp>
#include <eddy/testing/fixture.hpp>

#include <utility>

#include "core/stack_depth.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::a_little_stack;
using eddy::testing::Fixture;
using eddy::testing::Look;
using eddy::testing::StackDepth;

namespace {

constexpr int two_million = 2'000'000;

}  // namespace

TEST_CASE("two million links made with then are dropped without stack growth") {
  Fixture t;
  StackDepth stack;
  Future<void> chain = t.loop.sleep(1s);
  for (int i = 0; i < two_million; ++i)
    chain = std::move(chain).then([look = Look(stack)] {});
  CHECK(t.loop.statistic().live_nodes == two_million + 1);

  chain = {};

  CHECK(t.loop.statistic().live_nodes == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("two million futures nested in captures are dropped without stack growth") {
  Fixture t;
  StackDepth stack;
  Future<void> nest = t.loop.sleep(1s);
  for (int i = 0; i < two_million; ++i)
    nest = t.loop.next_turn().then([inner = std::move(nest), look = Look(stack)] {});

  nest = {};

  CHECK(t.loop.statistic().live_nodes == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("two million links that are ready run without stack growth") {
  Fixture t;
  StackDepth stack;
  int ran = 0;
  Promise<void> promise(t.loop);
  Future<void> chain = promise.future();
  for (int i = 0; i < two_million; ++i)
    chain = std::move(chain).then([&ran, look = Look(stack)] { ++ran; });

  std::move(promise).set_value();
  CHECK(ran == 0);
  t.loop.run();

  CHECK(ran == two_million);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("an error passes two million links without stack growth") {
  Fixture t;
  Promise<void> promise(t.loop);
  Future<void> chain = promise.future();
  for (int i = 0; i < two_million; ++i)
    chain = std::move(chain).then([] {});

  std::move(promise).set_error(Errc::closed);

  CHECK(t.get(std::move(chain)).error() == Errc::closed);
}

TEST_CASE(
    "two million results nested in captures that never ran are dropped without stack growth") {
  Loop loop;  // without debug mode, which has no short ways
  StackDepth stack;
  Future<int> nest = ready_future(1);
  for (int i = 0; i < two_million; ++i) {
    nest = ready_future(1).or_else(
        [inner = std::move(nest), look = Look(stack)](const Error&) { return 2; });
  }
  CHECK(nest.ready());

  nest = {};

  CHECK(loop.statistic().live_nodes == 0);
  CHECK(stack.deepest() < a_little_stack);
}
