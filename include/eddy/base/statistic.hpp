// SPDX-License-Identifier: MIT
//
// Numbers that a running program keeps about itself: counters, gauges, histograms.
//
// They stand as plain fields in a struct of their owner, which names them to whoever asks:
//
//     struct Statistic {
//       Counter accepted;
//       Gauge active;
//       void visit(auto&& field) const { field("accepted", accepted), field("active", active); }
//     };
//
// To list those of a whole program see base/statistics.hpp. One thread writes, any thread reads; a
// number that several threads write belongs in one struct for each thread, summed by the reader.
#pragma once

#include <eddy/base/clock.hpp>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace eddy {

/// A number of things that happened; it never falls.
///
/// Thread: one writes, any reads.
class Counter {
 public:
  Counter() noexcept = default;
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  // With one writer a load and a store do what a locked addition would, at the cost of an addition.
  void add(std::uint64_t count) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  Counter& operator++() noexcept {
    add(1);
    return *this;
  }
  Counter& operator+=(std::uint64_t count) noexcept {
    add(count);
    return *this;
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number of things that are so now.
///
/// Thread: one writes, any reads.
class Gauge {
 public:
  Gauge() noexcept = default;
  Gauge(const Gauge&) = delete;
  Gauge& operator=(const Gauge&) = delete;

  void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  Gauge& operator+=(std::int64_t count) noexcept {
    set(value() + count);
    return *this;
  }
  Gauge& operator-=(std::int64_t count) noexcept { return *this += -count; }
  Gauge& operator++() noexcept { return *this += 1; }
  Gauge& operator--() noexcept { return *this += -1; }
  std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// How often values of which size occurred: four buckets for each power of two.
///
/// A quantile is at most a quarter too high. Takes 2 KiB, whatever it counts. A reader that looks
/// while the writer records may miss the newest value in one of sum() and count().
/// Thread: one writes, any reads.
class Histogram {
 public:
  static constexpr std::size_t bucket_count = 252;

  Histogram() noexcept = default;
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  void record(std::uint64_t value) noexcept {
    buckets_[bucket_of(value)].add(1);
    sum_.add(value);
  }
  /// Records nanoseconds; a negative duration counts as none.
  void record(Duration duration) noexcept {
    record(duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count()));
  }

  std::uint64_t count() const noexcept {
    std::uint64_t total = 0;
    for (const Counter& bucket : buckets_)
      total += bucket.value();
    return total;
  }
  /// The sum of all values, modulo 2^64.
  std::uint64_t sum() const noexcept { return sum_.value(); }
  /// How many values fell into bucket `index`.
  std::uint64_t bucket(std::size_t index) const noexcept { return buckets_[index].value(); }
  /// An upper bound of the value below which the share `q` (0 to 1) of all values lies.
  std::uint64_t quantile(double q) const noexcept {
    double wanted = q * static_cast<double>(count());
    std::uint64_t seen = 0;
    std::uint64_t bound = 0;
    for (std::size_t i = 0; i < bucket_count; ++i) {
      if (bucket(i) == 0) continue;
      seen += bucket(i);
      bound = upper_bound(i);
      if (static_cast<double>(seen) >= wanted) break;
    }
    return bound;
  }

  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < 4) return static_cast<std::size_t>(value);
    auto octave = static_cast<std::size_t>(std::bit_width(value)) - 1;
    return 4 * (octave - 1) + static_cast<std::size_t>(value >> (octave - 2) & 3);
  }
  /// The largest value that falls into bucket `index`.
  static constexpr std::uint64_t upper_bound(std::size_t index) noexcept {
    if (index < 4) return index;
    std::size_t shift = index / 4 - 1;
    return ((std::uint64_t{4} + index % 4) << shift) + ((std::uint64_t{1} << shift) - 1);
  }

 private:
  Counter buckets_[bucket_count];
  Counter sum_;
};

}  // namespace eddy
