// SPDX-License-Identifier: MIT
//
// How long octets are on their way through a proxy of the chaos kit; see testing/tcp_proxy.hpp.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/base/random.hpp>

#include <concepts>
#include <cstdint>

namespace eddy::testing {

/// A length of time, or a distribution of such lengths.
///
/// Thread: any; a value.
class EDDY_EXPORT Latency {
 public:
  /// None.
  constexpr Latency() noexcept = default;
  /// Always the same.
  template <std::convertible_to<Duration> Length>
  constexpr Latency(Length length) noexcept  // NOLINT: implicit, a length is a latency
      : mean_(length) {}

  static constexpr Latency fixed(Duration length) noexcept { return {length}; }
  /// Each length from `least` to `most` as often as any other.
  static constexpr Latency uniform(Duration least, Duration most) noexcept {
    return {Shape::uniform, least + (most - least) / 2, (most - least) / 2};
  }
  /// A bell curve: two lengths of three lie within `deviation` of `mean`, none beyond six of them,
  /// and those that would be below zero are zero.
  static constexpr Latency normal(Duration mean, Duration deviation) noexcept {
    return {Shape::normal, mean, deviation};
  }

  friend constexpr bool operator==(const Latency&, const Latency&) noexcept = default;

  /// One length, never below zero; the same machine or another, it follows from `random` alone.
  Duration sample(Random& random) const noexcept;

 private:
  enum class Shape : std::uint8_t { fixed, uniform, normal };

  constexpr Latency(Shape shape, Duration mean, Duration spread) noexcept
      : mean_(mean), spread_(spread), shape_(shape) {}

  Duration mean_{};
  Duration spread_{};
  Shape shape_ = Shape::fixed;
};

}  // namespace eddy::testing
