// SPDX-License-Identifier: MIT
//
// Decides when a program that ended is started again: no loop, no clock, no random numbers.
#pragma once

#include <eddy/services/respawning_process.hpp>

#include <deque>
#include <optional>

namespace eddy::detail {

/// The ends of one program.
class RespawnPlan {
 public:
  explicit RespawnPlan(RespawnPolicy policy) noexcept : policy_(policy) {}

  /// The delay of the next start, or nothing if this is a crash loop.
  /// @param now       when the program ended.
  /// @param lived     how long it had run.
  /// @param fraction  a random number from 0 to 1.
  std::optional<Duration> next(TimePoint now, Duration lived, double fraction);

 private:
  RespawnPolicy policy_;
  std::deque<TimePoint> recent_;  // ends within the window, oldest first
  unsigned step_ = 0;             // doublings of the delay so far
};

}  // namespace eddy::detail
