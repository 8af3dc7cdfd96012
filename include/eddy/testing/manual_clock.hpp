// SPDX-License-Identifier: MIT
//
// A clock that moves only when the test says so.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/core/fwd.hpp>

#include <cstddef>

namespace eddy::testing {

/// Time for a Loop under test. Moving it runs what becomes due, in order, at its own time.
///
/// Thread: loop.
/// Lifetime: must outlive the loop that was made with it.
class EDDY_EXPORT ManualClock final : public Clock {
 public:
  /// Starts at a fixed time, the same in every run: 2024-02-29 12:00:00 UTC on the wall.
  ManualClock() noexcept;

  TimePoint now() const noexcept override { return now_; }
  WallTime wall() const noexcept override { return wall_; }
  bool manual() const noexcept override { return true; }

  /// Moves on by `by`, which is not negative. On the way it stops at each timer that is due, fires
  /// it, and runs the loop until it is idle.
  void advance(Duration by);
  /// Moves to the next timer, and fires it. Returns false if there is none.
  bool advance_to_next_timer();
  /// Sets the wall clock back or forth, as an administrator would; timers do not notice.
  void jump_wall(Duration by) noexcept {
    wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  }

  /// The loop that advance() runs; the Fixture calls it.
  void drive(Loop& loop) noexcept { loop_ = &loop; }

 private:
  void move_to(TimePoint time) noexcept;

  TimePoint now_;
  WallTime wall_;
  Loop* loop_ = nullptr;
};

/// Runs the loop's turns until one of them does nothing: no continuation, no event of the kernel.
///
/// Time does not move. A loop that never rests stops the program (EDDY_ASSERT).
EDDY_EXPORT void run_until_idle(Loop& loop);

}  // namespace eddy::testing
