// SPDX-License-Identifier: MIT
//
// Says how many octets may go by now, at so many in a second. Private to testing.
#pragma once

#include <eddy/base/clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace eddy::testing::inner {

/// A bucket that fills with time: one octet is in it when the time of one octet has passed.
///
/// It starts empty, and time without anything to send fills it no further: what comes then takes
/// its full time again.
class Pacer {
 public:
  /// Zero: without limit. Starts anew.
  void set_rate(std::uint64_t octets_per_second, TimePoint now) noexcept {
    rate_ = std::min(octets_per_second, max_rate);
    filled_from_ = now;
  }
  bool unlimited() const noexcept { return rate_ == 0; }
  /// Nothing waits: time from here on counts.
  void idle_until(TimePoint now) noexcept { filled_from_ = std::max(filled_from_, now); }

  /// How many of `waiting` octets may go; they count as gone.
  std::size_t take(std::size_t waiting, TimePoint now) noexcept {
    if (unlimited()) return waiting;
    const Duration passed = std::clamp(now - filled_from_, Duration::zero(), longest_look);
    const std::uint64_t room = static_cast<std::uint64_t>(passed.count()) * rate_ / second;
    const std::size_t taken = std::min<std::uint64_t>(waiting, room);
    filled_from_ += time_of(taken);
    return taken;
  }
  /// When it is worth asking again: so that there are about a hundred pieces in a second, or
  /// single octets.
  TimePoint next(std::size_t waiting) const noexcept {
    return later(
        filled_from_,
        time_of(std::min<std::uint64_t>(waiting, std::max<std::uint64_t>(rate_ / 100, 1))));
  }

 private:
  static constexpr std::uint64_t second = 1'000'000'000;
  // Together they keep the products below 2^63.
  static constexpr std::uint64_t max_rate = 1'000'000'000;
  static constexpr Duration longest_look = std::chrono::seconds(8);

  Duration time_of(std::uint64_t octets) const noexcept {
    const std::uint64_t bounded = std::min(octets, max_rate * 8);
    return Duration(static_cast<Duration::rep>((bounded * second + rate_ - 1) / rate_));
  }

  std::uint64_t rate_ = 0;
  TimePoint filled_from_{};
};

}  // namespace eddy::testing::inner
