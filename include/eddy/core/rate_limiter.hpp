// SPDX-License-Identifier: MIT
//
// So many things in such a time, and bursts of so many at once: a token bucket.
//
// For so many at a time see core/semaphore.hpp.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/base/required.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>
#include <optional>

namespace eddy {

namespace detail {
class RateLimiterState;
}

/// Tokens that come back with time, given out first come, first served: a large request is never
/// overtaken by small ones.
///
/// The bucket is full in the beginning. Time is that of the loop.
/// Thread: loop.
/// Lifetime: may outlive its loop, and is of no use then. Who still waits when it is destroyed
/// fails with Errc::closed.
class EDDY_EXPORT RateLimiter {
 public:
  struct Config {
    /// So many tokens come back in `per`, evenly spread; at least 1.
    Required<std::size_t> tokens;
    /// At least one nanosecond a token; what is between two is rounded up to whole nanoseconds.
    Duration per = std::chrono::seconds(1);
    /// So many tokens has the full bucket, at least 1; empty: `tokens`.
    std::optional<std::size_t> burst = {};
  };

  RateLimiter(Loop& loop, Config config);
  RateLimiter(RateLimiter&& other) noexcept;
  RateLimiter& operator=(RateLimiter&& other) noexcept;
  ~RateLimiter();

  /// Resolves when `count` tokens are there and all who came before have theirs.
  /// Errors: Errc::invalid if `count` is more than the burst: it can never be there.
  /// Cancel: total; tokens that were given and not taken are there again.
  [[nodiscard]] Future<void> acquire(std::size_t count = 1, Site site = EDDY_HERE);
  /// Without waiting: false if too few are there, or if somebody waits already.
  [[nodiscard]] bool try_acquire(std::size_t count = 1) noexcept;

  /// How many tokens are there now.
  std::size_t available() const noexcept;
  /// How many callers of acquire() wait.
  std::size_t waiting() const noexcept;
  std::size_t burst() const noexcept;

 private:
  detail::CountedPtr<detail::RateLimiterState> state_;
};

}  // namespace eddy
