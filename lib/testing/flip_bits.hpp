// SPDX-License-Identifier: MIT
//
// Corrupts octets by chance. Private to testing.
#pragma once

#include <eddy/base/random.hpp>

#include <cstddef>
#include <string>

namespace eddy::testing::inner {

/// Flips one bit in the given share of `octets`, and says in how many. Draws the same numbers for
/// the same number of octets, whether or not it flips.
inline std::size_t flip_bits(std::string& octets, double share, Random& random) noexcept {
  constexpr double draws = 4294967296.0;  // of 32 bits
  std::size_t flipped = 0;
  for (char& octet : octets) {
    const std::uint64_t drawn = random.next();
    if (static_cast<double>(drawn >> 32) >= share * draws) continue;
    octet = static_cast<char>(octet ^ (1 << (drawn & 7)));
    ++flipped;
  }
  return flipped;
}

}  // namespace eddy::testing::inner
