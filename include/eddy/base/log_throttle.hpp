// SPDX-License-Identifier: MIT
//
// Keeps lines that strangers can cause from filling the log.
//
//     const auto others = throttle_.admit(loop().now());
//     if (!others) return;
//     log::warning("handshake failed", {{"error", error}, {"others_unlogged", *others}});
//
// For repeated lines of one's own doing a statistic is better.
#pragma once

#include <eddy/base/clock.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace eddy::log {

/// Lets one line through in an interval, and counts the others.
///
/// Thread: any; a value like an int.
class Throttle {
 public:
  explicit constexpr Throttle(Duration interval = std::chrono::seconds(1)) noexcept
      : interval_(interval) {}

  /// Whether a line may be written at `now`: then how many were held back since the last one.
  constexpr std::optional<std::uint64_t> admit(TimePoint now) noexcept {
    if (last_ && now - *last_ < interval_) {
      ++held_back_;
      return std::nullopt;
    }
    last_ = now;
    return std::exchange(held_back_, 0U);
  }

 private:
  Duration interval_;
  std::optional<TimePoint> last_;
  std::uint64_t held_back_ = 0;
};

}  // namespace eddy::log
