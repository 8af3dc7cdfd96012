// SPDX-License-Identifier: MIT
#include <eddy/base/log_throttle.hpp>

#include <doctest/doctest.h>

using namespace eddy;
using namespace std::chrono_literals;

TEST_CASE("a throttle lets one line through in an interval, and tells how many it held back") {
  log::Throttle throttle(2s);
  const TimePoint begin{};

  CHECK(throttle.admit(begin) == 0);
  CHECK_FALSE(throttle.admit(begin));
  CHECK_FALSE(throttle.admit(begin + 2s - Duration(1)));
  CHECK(throttle.admit(begin + 2s) == 2);
  CHECK_FALSE(throttle.admit(begin + 3s));
  CHECK(throttle.admit(begin + 1h) == 1);
  CHECK(throttle.admit(begin + 2h) == 0);
}

TEST_CASE("without an interval it is a second") {
  log::Throttle throttle;

  CHECK(throttle.admit(TimePoint{}));
  CHECK_FALSE(throttle.admit(TimePoint{} + 999ms));
  CHECK(throttle.admit(TimePoint{} + 1s));
}
