// SPDX-License-Identifier: MIT
#include <eddy/base/clock.hpp>
#include <eddy/base/site.hpp>

#include <string_view>

#include <doctest/doctest.h>

using namespace eddy;
using namespace std::chrono_literals;

TEST_CASE("the clock of the system is the machine's, and moves by itself") {
  Clock& clock = system_clock();
  TimePoint before = std::chrono::steady_clock::now();
  TimePoint now = clock.now();
  TimePoint after = std::chrono::steady_clock::now();

  CHECK((before <= now && now <= after));
  CHECK(clock.wall().time_since_epoch() > std::chrono::hours(24 * 365 * 50));
  CHECK_FALSE(clock.manual());
  CHECK(&clock == &system_clock());
}

TEST_CASE("coarse time is the same clock's, a little late and never early") {
  Clock& clock = system_clock();
  TimePoint first = clock.coarse();
  TimePoint second = clock.coarse();

  CHECK(first <= second);
  CHECK(second <= clock.now());
  CHECK(clock.now() - first < std::chrono::hours(1));  // of the same epoch
}

TEST_CASE("a length beyond the end of time ends with it, and a negative one is none") {
  const TimePoint now(std::chrono::hours(1));

  CHECK(later(now, std::chrono::hours(1)) == TimePoint(std::chrono::hours(2)));
  CHECK(later(now, Duration::max()) == TimePoint::max());
  CHECK(later(now, Duration::max() - now.time_since_epoch()) == TimePoint::max());
  CHECK(later(TimePoint(), Duration::max()) == TimePoint::max());
  CHECK(later(now, Duration::min()) == now);
}

TEST_CASE("a delay is doubled up to the longest, and the longest there is does not overflow") {
  CHECK(backoff(100ms, 0, 1s) == Duration(100ms));
  CHECK(backoff(100ms, 3, 1s) == Duration(800ms));
  CHECK(backoff(100ms, 4, 1s) == Duration(1s));
  CHECK(backoff(2s, 0, 1s) == Duration(1s));
  CHECK(backoff(1ns, 1'000'000'000, Duration::max()) == Duration::max());
  CHECK(backoff(Duration::max() - 1ns, 1, Duration::max()) == Duration::max());
}

TEST_CASE("a site is the place where the caller stands") {
  auto called = [](Site at = EDDY_HERE) {
    return at.line;
  };

  CHECK(called() == __LINE__);
  CHECK(std::string_view(EDDY_HERE.file).ends_with("clock_test.cpp"));
}
