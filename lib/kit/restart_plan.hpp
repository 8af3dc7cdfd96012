// SPDX-License-Identifier: MIT
//
// Decides when a service that failed may start again: no loop, no clock, no random numbers.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/kit/restart.hpp>

#include <deque>
#include <optional>

namespace eddy::detail {

/// The restarts of one service.
class RestartPlan {
 public:
  explicit RestartPlan(RestartPolicy policy) noexcept : policy_(policy) {}

  /// The delay of the next restart, or nothing if there were too many.
  /// @param now       when the service ended.
  /// @param lived     how long it had been up.
  /// @param fraction  a random number from 0 to 1.
  std::optional<Duration> next(TimePoint now, Duration lived, double fraction);

  const RestartPolicy& policy() const noexcept { return policy_; }

 private:
  RestartPolicy policy_;
  std::deque<TimePoint> recent_;  // restarts within the window, oldest first
  unsigned step_ = 0;             // doublings of the delay so far
};

}  // namespace eddy::detail
