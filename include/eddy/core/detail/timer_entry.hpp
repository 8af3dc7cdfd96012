// SPDX-License-Identifier: MIT
//
// An entry of the loop's timer heap, to be a member of whatever waits for a point in time.
//
// Not for users, who have Timer and Loop::sleep.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/core/detail/loop_core.hpp>

#include <cstddef>
#include <cstdint>

namespace eddy::detail {

/// Intrusive: must be disarmed before it is destroyed.
struct TimerEntry {
  static constexpr std::size_t idle = static_cast<std::size_t>(-1);

  explicit TimerEntry(void (*on_due)(TimerEntry*) noexcept) noexcept : fire(on_due) {}

  bool armed() const noexcept { return index != idle; }

  void (*fire)(TimerEntry*) noexcept;  // called disarmed, inside a callback scope
  TimePoint due{};
  std::uint64_t order = 0;   // equal due times fire in the order in which they were armed
  std::size_t index = idle;  // in the heap
};

/// Arms `entry` to fire `after` from now; one that is armed moves. Does nothing without a loop.
EDDY_EXPORT void arm(LoopCore& core, TimerEntry& entry, Duration after) noexcept;
EDDY_EXPORT void arm_at(LoopCore& core, TimerEntry& entry, TimePoint due) noexcept;
/// Takes `entry` off the heap if it is on it.
EDDY_EXPORT void disarm(LoopCore& core, TimerEntry& entry) noexcept;

}  // namespace eddy::detail
