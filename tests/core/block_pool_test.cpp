// SPDX-License-Identifier: MIT
//
// Blocks that a loop keeps for reuse would hide from ASan and valgrind who uses them too late.
#include <eddy/core/loop.hpp>
#include <eddy/core/promise.hpp>

#include <doctest/doctest.h>

#include "core/sanitizers.hpp"

using namespace eddy;

namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EDDY_WITH_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EDDY_WITH_SANITIZER
#endif

#if defined(EDDY_WITH_SANITIZER)
bool somebody_watches() {
  return true;
}
#elif defined(RUNNING_ON_VALGRIND)
bool somebody_watches() {
  return RUNNING_ON_VALGRIND != 0;
}
#else
bool somebody_watches() {
  return false;
}
#endif

}  // namespace

TEST_CASE("a loop keeps blocks for reuse unless somebody watches the heap") {
  Loop loop;

  CHECK(detail::core_of(loop).keeps_blocks == !somebody_watches());
}

TEST_CASE("a loop that keeps blocks takes the next one from those that died") {
  Loop loop;
  detail::LoopCore& core = detail::core_of(loop);
  core.keeps_blocks = true;
  void* first = core.allocate(100);
  core.deallocate(first, 100);
  const std::size_t from_heap = core.heap_blocks;

  void* second = core.allocate(100);

  CHECK(second == first);
  CHECK(core.heap_blocks == from_heap);
  core.deallocate(second, 100);
}

TEST_CASE("every block of a loop whose heap is watched comes from the heap and returns at once") {
  Loop loop;
  detail::LoopCore& core = detail::core_of(loop);
  core.keeps_blocks = false;
  const std::size_t before = core.heap_blocks;
  {
    Promise<int> promise(loop);
    Future<int> chain = promise.future().then([](int n) { return n; });
    CHECK(core.heap_blocks == before + 2);
    std::move(promise).set_value(1);
    loop.run();
    CHECK(core.heap_blocks == before + 1);  // what then() gave has the result
  }
  CHECK(core.heap_blocks == before);
}
