// SPDX-License-Identifier: MIT
#include "restart_plan.hpp"

#include <algorithm>

namespace eddy::detail {
namespace {

Duration doubled(const RestartPolicy& policy, unsigned times) {
  Duration delay = policy.first_delay;
  for (unsigned i = 0; i < times && delay < policy.max_delay; ++i)
    delay *= 2;
  return std::min(delay, policy.max_delay);
}

}  // namespace

std::optional<Duration> RestartPlan::next(TimePoint now, Duration lived, double fraction) {
  while (!recent_.empty() && now - recent_.front() >= policy_.window)
    recent_.pop_front();
  if (recent_.size() >= policy_.intensity) return std::nullopt;
  if (lived >= policy_.window) step_ = 0;
  recent_.push_back(now);
  const Duration delay = doubled(policy_, step_++);
  const double factor = 1.0 + policy_.jitter * (2.0 * fraction - 1.0);
  const auto drawn = static_cast<Duration::rep>(static_cast<double>(delay.count()) * factor);
  return std::clamp(Duration(drawn), Duration::zero(), policy_.max_delay);
}

}  // namespace eddy::detail
