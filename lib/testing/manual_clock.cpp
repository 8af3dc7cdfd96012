// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/testing/manual_clock.hpp>

#include <algorithm>
#include <cstdint>

namespace eddy::testing {
namespace {

/// A loop that is busy for so many turns on end will never rest.
constexpr unsigned max_busy_turns = 10'000'000;

}  // namespace

ManualClock::ManualClock() noexcept
    : now_(std::chrono::hours(1000)), wall_(std::chrono::seconds(1'709'208'000)) {}

void ManualClock::move_to(TimePoint time) noexcept {
  wall_ += std::chrono::duration_cast<WallTime::duration>(time - now_);
  now_ = time;
}

void ManualClock::advance(Duration by) {
  EDDY_ASSERT(loop_ != nullptr, "advance() moves the clock of a Fixture");
  EDDY_ASSERT(by >= Duration::zero(), "time does not run backwards: for the date use jump_wall()");
  EDDY_ASSERT(by <= WallTime::max() - wall_, "the wall clock ends in the year 2262");
  const TimePoint target = now_ + by;
  run_until_idle(*loop_);
  for (auto due = loop_->next_timer(); due && *due <= target; due = loop_->next_timer()) {
    move_to(std::max(*due, now_));
    run_until_idle(*loop_);
  }
  move_to(target);
  run_until_idle(*loop_);
}

bool ManualClock::advance_to_next_timer() {
  EDDY_ASSERT(loop_ != nullptr, "a Fixture drives its loop with the clock");
  const auto due = loop_->next_timer();
  if (!due) return false;
  advance(std::max(*due - now_, Duration::zero()));
  return true;
}

void run_until_idle(Loop& loop) {
  // Not statistic(), which counts all idle blocks: a test with many futures would pay each turn.
  const LoopStatistic& counted = eddy::detail::core_of(loop).statistic;
  const auto work = [&counted] {
    return counted.callbacks + counted.continuations + counted.timers_fired;
  };
  for (unsigned turns = 0; turns < max_busy_turns; ++turns) {
    const std::uint64_t before = work();
    loop.turn();
    if (work() == before) return;
  }
  EDDY_ASSERT(false, "the loop never comes to rest");
}

}  // namespace eddy::testing
