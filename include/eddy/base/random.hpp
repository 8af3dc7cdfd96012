// SPDX-License-Identifier: MIT
//
// Chance that can be repeated: numbers that follow from a seed, the same on every machine.
//
// For tests, and for delays that are to differ a little. Never for secrets: who has seen one number
// knows the next ones.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace eddy {

/// A sequence of numbers that look as if drawn at random.
///
/// Thread: any; a value like an int.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) noexcept : state_(seed) {}

  /// Any number of 64 bits.
  constexpr std::uint64_t next() noexcept {
    // A counter, mixed until each bit of it bears upon each bit of the result (SplitMix64).
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
  }
  /// One of 0 to `bound` - 1. The first ones are favoured by less than bound / 2^32.
  constexpr std::size_t below(std::uint32_t bound) noexcept {
    return static_cast<std::size_t>((next() >> 32) * bound >> 32);
  }
  /// True once in `count` times.
  constexpr bool one_in(std::uint32_t count) noexcept { return below(count) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace eddy
