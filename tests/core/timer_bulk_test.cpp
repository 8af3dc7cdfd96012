// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>

#include <doctest/doctest.h>

#include <tuple>
#include <vector>

#include "core/loop_impl.hpp"

using namespace eddy;

namespace {

constexpr std::size_t one_million = 1'000'000;

}  // namespace

// hardening 213
TEST_CASE("a million timers that are set and cancelled give their memory back") {
  Loop loop;
  auto& impl = detail::LoopImpl::of(loop);
  std::vector<Future<void>> sleeps(one_million);
  for (Future<void>& sleep : sleeps)
    sleep = loop.sleep(std::chrono::hours(1));
  CHECK(impl.heap.size() == one_million);

  sleeps.clear();
  for (int turn = 0; turn < 5000; ++turn)
    std::ignore = loop.run_until(loop.next_turn());

  CHECK(impl.heap.empty());
  CHECK(impl.heap.capacity() < one_million / 100);
  CHECK(impl.core.heap_blocks < detail::pool_keep + 100);  // and the few that live
}

TEST_CASE("timers that stay keep their order while others go by the thousand") {
  Loop loop;
  std::vector<int> fired;
  std::vector<Future<void>> staying;
  for (int i = 0; i < 10; ++i)
    staying.push_back(loop.sleep(Duration(i)).then([&fired, i] { fired.push_back(i); }));
  std::vector<Future<void>> going(one_million / 10);
  for (Future<void>& sleep : going)
    sleep = loop.sleep(std::chrono::hours(1));

  going.clear();
  loop.run();

  CHECK(fired == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}
