// SPDX-License-Identifier: MIT
//
// Time as eddy sees it: durations, monotonic points, and the clock a loop is built with.
//
// Programs never need this; tests give a Loop a ManualClock (eddy/testing/fixture.hpp).
#pragma once

#include <eddy/base/config.hpp>

#include <chrono>

namespace eddy {

/// A length of time. Every duration of the interface has this type, so no name carries a unit.
using Duration = std::chrono::nanoseconds;
/// A point on the monotonic clock; comparable only within one process.
using TimePoint = std::chrono::steady_clock::time_point;
/// A point on the wall clock: for dates and log lines, never for intervals.
using WallTime = std::chrono::system_clock::time_point;

/// `length` after `from`: the end of time where that lies beyond it, `from` for a negative length.
[[nodiscard]] constexpr TimePoint later(TimePoint from, Duration length) noexcept {
  if (length <= Duration::zero()) return from;
  if (from.time_since_epoch() > Duration::max() - length) return TimePoint::max();
  return from + length;
}
/// The delay before one more try: `first`, doubled for each of `earlier` ones, and `most` at most.
[[nodiscard]] constexpr Duration backoff(Duration first, unsigned earlier, Duration most) noexcept {
  for (; earlier > 0 && first < most; --earlier)
    first = first > most / 2 ? most : first * 2;
  return first < most ? first : most;
}

/// Where a loop takes its time from.
///
/// Thread: the loop that it was given to.
class EDDY_EXPORT Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const noexcept = 0;
  /// now() as of the kernel's last tick, up to 10 ms ago: for what is asked often, and limits of
  /// seconds.
  virtual TimePoint coarse() const noexcept { return now(); }
  virtual WallTime wall() const noexcept = 0;
  /// True if time moves only when it is told to; a loop with such a clock arms no kernel timer.
  virtual bool manual() const noexcept = 0;
};

/// The machine's clock; lives as long as the program.
EDDY_EXPORT Clock& system_clock() noexcept;

}  // namespace eddy
