// SPDX-License-Identifier: MIT
//
// Chains as long as memory: built and torn down on the usual stack.
#include <eddy/core/promise.hpp>
#include <eddy/testing/fixture.hpp>

#include <cstdint>
#include <utility>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

constexpr int two_million = 2'000'000;

/// The deepest place of the stack that was seen, as a distance from where it was made.
class StackDepth {
 public:
  [[gnu::noinline]] void look() noexcept {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    if (start_ - here > deepest_ && here < start_) deepest_ = start_ - here;
  }
  std::size_t deepest() const noexcept { return deepest_; }

 private:
  std::uintptr_t start_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  std::size_t deepest_ = 0;
};

struct Look {
  explicit Look(StackDepth& stack) : depth(&stack) {}
  Look(Look&& other) noexcept : depth(std::exchange(other.depth, nullptr)) {}
  Look& operator=(Look&&) = delete;
  ~Look() {
    if (depth != nullptr) depth->look();
  }
  StackDepth* depth;
};

constexpr std::size_t a_little_stack = 256 * 1024;

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
  CHECK(t.poll(chain));

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
