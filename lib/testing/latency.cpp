// SPDX-License-Identifier: MIT
#include <eddy/testing/latency.hpp>

#include <algorithm>

namespace eddy::testing {
namespace {

/// Lengths are drawn in so many steps.
constexpr std::uint32_t steps = 1U << 20;
/// The sum of twelve numbers from 0 to 1 has a deviation of 1; no library's logarithm is needed,
/// which would differ between machines.
constexpr int terms = 12;
/// In nanoseconds, which are a century: a double near the end of Duration may be beyond it.
constexpr double longest = 3.2e18;

/// From -1 to 1.
double evenly(Random& random) noexcept {
  return 2.0 * static_cast<double>(random.below(steps)) / (steps - 1) - 1.0;
}

double by_the_bell(Random& random) noexcept {
  double sum = 0;
  for (int term = 0; term < terms; ++term)
    sum += static_cast<double>(random.below(steps)) / (steps - 1);
  return sum - terms / 2.0;
}

}  // namespace

Duration Latency::sample(Random& random) const noexcept {
  if (shape_ == Shape::fixed) return std::max(mean_, Duration::zero());
  const double away = shape_ == Shape::uniform ? evenly(random) : by_the_bell(random);
  const double length =
      static_cast<double>(mean_.count()) + away * static_cast<double>(spread_.count());
  return Duration(static_cast<Duration::rep>(std::clamp(length, 0.0, longest)));
}

}  // namespace eddy::testing
