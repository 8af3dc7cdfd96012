// SPDX-License-Identifier: MIT
#include "restart_plan.hpp"

#include <algorithm>

namespace eddy::detail {
std::optional<Duration> RestartPlan::next(TimePoint now, Duration lived, double fraction) {
  while (!recent_.empty() && now - recent_.front() >= policy_.window)
    recent_.pop_front();
  if (recent_.size() >= policy_.intensity) return std::nullopt;
  if (lived >= policy_.window) step_ = 0;
  recent_.push_back(now);
  const Duration delay = backoff(policy_.first_delay, step_++, policy_.max_delay);
  const double factor = 1.0 + policy_.jitter * (2.0 * fraction - 1.0);
  // A double rounds the longest of delays up to more than a Duration holds.
  const double drawn = static_cast<double>(delay.count()) * factor;
  if (drawn >= static_cast<double>(policy_.max_delay.count())) return policy_.max_delay;
  return std::max(Duration(static_cast<Duration::rep>(drawn)), Duration::zero());
}

}  // namespace eddy::detail
