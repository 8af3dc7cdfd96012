// SPDX-License-Identifier: MIT
#include "process/respawn_plan.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::detail::RespawnPlan;

namespace {

constexpr TimePoint start{1000h};

/// The delays of programs that end at once, each started when it may be.
std::vector<Duration> delays(RespawnPlan& plan, int count, double fraction) {
  std::vector<Duration> all;
  TimePoint now = start;
  for (int i = 0; i < count; ++i) {
    all.push_back(plan.next(now, 0s, fraction).value());
    now += all.back();
  }
  return all;
}

}  // namespace

TEST_CASE("the delay before a start doubles from a second to a minute") {  // case 173
  RespawnPlan plan(RespawnPolicy{});

  CHECK(delays(plan, 9, 0) == std::vector<Duration>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s});
}

TEST_CASE("the whole delay is drawn at random, or the share that is asked for") {
  RespawnPlan whole(RespawnPolicy{.first_delay = 10s, .max_exits = 100});
  RespawnPlan half(RespawnPolicy{.first_delay = 10s, .jitter = 0.5, .max_exits = 100});

  CHECK(whole.next(start, 0s, 0.75) == 2500ms);
  CHECK(half.next(start, 0s, 0.5) == 7500ms);
}

TEST_CASE("a program that ran well for a minute starts over with the first delay") {  // case 173
  RespawnPlan plan(RespawnPolicy{});
  std::ignore = delays(plan, 5, 0);

  CHECK(plan.next(start + 1h, 59s, 0) == 32s);
  CHECK(plan.next(start + 2h, 60s, 0) == 1s);
  CHECK(plan.next(start + 3h, 0s, 0) == 2s);
}

TEST_CASE("more than five ends within ten seconds are a crash loop") {  // case 174
  RespawnPlan plan(RespawnPolicy{});
  for (int i = 0; i < 5; ++i)
    CHECK(plan.next(start + i * 1s, 0s, 1).has_value());

  CHECK_FALSE(plan.next(start + 9999ms, 0s, 1).has_value());
}

TEST_CASE("ends that lie further apart are none") {  // case 174
  RespawnPlan plan(RespawnPolicy{});
  for (int i = 0; i < 100; ++i)
    CHECK(plan.next(start + i * 2s, 0s, 1).has_value());
}

TEST_CASE("a policy may allow no end at all") {
  RespawnPlan plan(RespawnPolicy{.max_exits = 0});

  CHECK_FALSE(plan.next(start, 1h, 0).has_value());
}

TEST_CASE("delays as long as time can be do not overflow") {
  RespawnPlan plan(
      RespawnPolicy{.first_delay = Duration::max() / 2 + 1s, .max_delay = Duration::max()});

  CHECK(plan.next(start, 0s, 0).value() > Duration::max() / 2);
  CHECK(plan.next(start, 0s, 0.5).value() > Duration::max() / 4);
}

TEST_CASE("the longest delay that there is does not turn into none") {
  RespawnPlan plan(RespawnPolicy{.first_delay = Duration::max(), .max_delay = Duration::max()});

  CHECK(plan.next(start, 0s, 0) == Duration::max());
  CHECK(plan.next(start, 0s, 0.5).value() > Duration::max() / 4);
  CHECK(plan.next(start, 0s, 1) == Duration::zero());
}
