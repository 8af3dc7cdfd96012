// SPDX-License-Identifier: MIT
// Latencies in log-linear steps: 64 for each power of two, so a percentile is within 1.6 %.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

class Histogram {
 public:
  void add(std::uint64_t ns) {
    ++counts_[index(ns)];
    ++total_;
    max_ = std::max(max_, ns);
  }

  void clear() { *this = Histogram{}; }

  double microseconds(double quantile) const {
    const auto rank = static_cast<std::uint64_t>(static_cast<double>(total_) * quantile);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > rank) return static_cast<double>(value(i)) / 1000;
    }
    return static_cast<double>(max_) / 1000;
  }

 private:
  static constexpr std::size_t steps = 64;
  static constexpr std::size_t octaves = 60;

  static std::size_t index(std::uint64_t v) {
    if (v < steps) return v;
    const int shift = static_cast<int>(std::bit_width(v)) - 7;
    return static_cast<std::size_t>(shift + 1) * steps + ((v >> shift) - steps);
  }

  static std::uint64_t value(std::size_t i) {
    return i < steps ? i : (steps + i % steps) << (i / steps - 1);
  }

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(steps * octaves);
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace bench
