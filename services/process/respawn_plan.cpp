// SPDX-License-Identifier: MIT
#include "respawn_plan.hpp"

namespace eddy::detail {
std::optional<Duration> RespawnPlan::next(TimePoint now, Duration lived, double fraction) {
  while (!recent_.empty() && now - recent_.front() >= policy_.window)
    recent_.pop_front();
  recent_.push_back(now);
  if (recent_.size() > policy_.max_exits) return std::nullopt;
  if (lived >= policy_.healthy_after) step_ = 0;
  const Duration delay = backoff(policy_.first_delay, step_++, policy_.max_delay);
  // A double rounds the longest of delays up to more than a Duration holds.
  const auto whole = static_cast<double>(delay.count());
  const double share = whole * policy_.jitter * fraction;
  if (share >= whole) return Duration::zero();
  return delay - Duration(static_cast<Duration::rep>(share));
}

}  // namespace eddy::detail
