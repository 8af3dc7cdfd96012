// SPDX-License-Identifier: MIT
#include "reconnect_plan.hpp"

#include <algorithm>
#include <random>

namespace eddy {
namespace detail {
namespace {

std::uint64_t seed_of(const ReconnectPolicy& policy) {
  if (policy.seed) return *policy.seed;
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace

ReconnectPlan::ReconnectPlan(const ReconnectPolicy& policy)
    : policy_(policy), random_(seed_of(policy)), pause_(policy.base) {}

void ReconnectPlan::connection_lasted(Duration lasted) noexcept {
  if (lasted < policy_.reset_after) return;
  failures_ = 0;
  pause_ = policy_.base;
}

bool ReconnectPlan::failed() noexcept {
  ++failures_;
  return policy_.attempts == 0 || failures_ < policy_.attempts;
}

Duration ReconnectPlan::next_pause() noexcept {
  constexpr std::uint32_t steps = 1 << 20;
  const Duration pause = std::min(pause_, policy_.max);
  pause_ = backoff(pause, 1, policy_.max);
  const double chance = static_cast<double>(random_.below(steps)) / steps;
  const double cut = static_cast<double>(pause.count()) * policy_.jitter * chance;
  return pause - Duration(static_cast<Duration::rep>(cut));
}

}  // namespace detail

std::vector<std::string> ReconnectPolicy::validate() const {
  std::vector<std::string> complaints;
  if (base <= Duration::zero()) {
    complaints.emplace_back("reconnect.base must be more than zero, or the client would spin");
  }
  if (max < base) complaints.emplace_back("reconnect.max must not be less than reconnect.base");
  if (!(jitter >= 0 && jitter <= 1)) complaints.emplace_back("reconnect.jitter is from 0 to 1");
  if (reset_after < Duration::zero()) {
    complaints.emplace_back("reconnect.reset_after must not be negative");
  }
  return complaints;
}

}  // namespace eddy
