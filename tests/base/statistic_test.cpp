// SPDX-License-Identifier: MIT
#include <eddy/base/statistic.hpp>

#include <cstdint>
#include <limits>
#include <thread>
#include <type_traits>

#include <doctest/doctest.h>

using namespace eddy;
using namespace std::chrono_literals;

static_assert(sizeof(Counter) == 8 && sizeof(Gauge) == 8);
static_assert(!std::is_copy_constructible_v<Counter>);

static_assert(Histogram::bucket_of(0) == 0 && Histogram::bucket_of(3) == 3);
static_assert(Histogram::bucket_of(4) == 4 && Histogram::bucket_of(7) == 7);
static_assert(Histogram::bucket_of(8) == 8 && Histogram::bucket_of(9) == 8);
static_assert(Histogram::bucket_of(UINT64_MAX) == Histogram::bucket_count - 1);
static_assert(Histogram::upper_bound(Histogram::bucket_count - 1) == UINT64_MAX);

namespace {

/// Counts the buckets whose neighbours do not join them, or that do not hold their own bound.
std::size_t misplaced_bounds() {
  std::size_t misplaced = 0;
  for (std::size_t i = 0; i + 1 < Histogram::bucket_count; ++i) {
    std::uint64_t bound = Histogram::upper_bound(i);
    bool joined = Histogram::bucket_of(bound) == i && Histogram::bucket_of(bound + 1) == i + 1;
    misplaced += joined ? 0 : 1;
  }
  return misplaced;
}

}  // namespace

TEST_CASE("a counter adds up") {
  Counter counter;

  ++counter;
  counter += 5;
  counter.add(10);

  CHECK(counter.value() == 16);
}

TEST_CASE("a gauge rises, falls, and goes below zero") {
  Gauge gauge;

  ++gauge;
  gauge -= 3;
  CHECK(gauge.value() == -2);
  gauge += 10;
  --gauge;
  CHECK(gauge.value() == 7);
  gauge.set(42);
  CHECK(gauge.value() == 42);
}

TEST_CASE("the buckets of a histogram join without gap or overlap") {
  CHECK(misplaced_bounds() == 0);
}

TEST_CASE("a histogram counts and sums what it records") {
  Histogram histogram;

  histogram.record(std::uint64_t{1});
  histogram.record(std::uint64_t{1});
  histogram.record(std::uint64_t{1000});

  CHECK(histogram.count() == 3);
  CHECK(histogram.sum() == 1002);
  CHECK(histogram.bucket(1) == 2);
}

TEST_CASE("a quantile is at most a quarter above the true one") {
  Histogram histogram;
  for (std::uint64_t i = 1; i <= 1000; ++i)
    histogram.record(i);

  CHECK(histogram.quantile(0.5) >= 500);
  CHECK(histogram.quantile(0.5) <= 625);
  CHECK(histogram.quantile(0.99) >= 990);
  CHECK(histogram.quantile(0.99) <= 1238);
  CHECK(histogram.quantile(0) == 1);
  CHECK(histogram.quantile(1) >= 1000);
}

TEST_CASE("an empty histogram has no values below any bound") {
  CHECK(Histogram().quantile(0.99) == 0);
  CHECK(Histogram().count() == 0);
}

TEST_CASE("durations are recorded in nanoseconds, negative ones as none") {
  Histogram histogram;

  histogram.record(2us);
  histogram.record(Duration(-5));

  CHECK(histogram.sum() == 2000);
  CHECK(histogram.bucket(0) == 1);
}

TEST_CASE("any thread may read while one writes") {
  Counter counter;
  Histogram histogram;
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      ++counter;
      histogram.record(i);
    }
  });

  std::uint64_t last = 0;
  bool fell = false;
  while (last < 100'000) {
    std::uint64_t value = counter.value();
    fell = fell || value < last || histogram.count() > 100'000;
    last = value;
  }
  writer.join();

  CHECK_FALSE(fell);
  CHECK(histogram.count() == 100'000);
}
