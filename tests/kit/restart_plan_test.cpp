// SPDX-License-Identifier: MIT
#include "restart_plan.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace eddy;
using namespace eddy::detail;
using namespace std::chrono_literals;

namespace {

RestartPolicy exact() {
  RestartPolicy policy;
  policy.jitter = 0;
  return policy;
}

}  // namespace

TEST_CASE("delays double up to the longest") {
  RestartPolicy policy = exact();
  policy.max_delay = 300ms;
  RestartPlan plan(policy);
  const TimePoint now{};

  CHECK(plan.next(now, 1s, 0.5) == Duration(100ms));
  CHECK(plan.next(now, 1s, 0.5) == Duration(200ms));
  CHECK(plan.next(now, 1s, 0.5) == Duration(300ms));
}

TEST_CASE("jitter draws from both sides of the delay") {
  RestartPolicy policy;
  policy.jitter = 0.25;

  CHECK(RestartPlan(policy).next(TimePoint{}, 1s, 0.0) == Duration(75ms));
  CHECK(RestartPlan(policy).next(TimePoint{}, 1s, 0.5) == Duration(100ms));
  CHECK(RestartPlan(policy).next(TimePoint{}, 1s, 1.0) == Duration(125ms));
}

TEST_CASE("jitter never leads beyond the longest delay") {
  RestartPolicy policy;
  policy.first_delay = policy.max_delay;

  CHECK(RestartPlan(policy).next(TimePoint{}, 1s, 1.0) == policy.max_delay);
}

TEST_CASE("the longest delay there is stays what it is, whatever is drawn") {
  RestartPolicy policy;
  policy.first_delay = policy.max_delay = Duration::max();

  CHECK(RestartPlan(policy).next(TimePoint{}, 1s, 1.0) == Duration::max());
  CHECK(RestartPlan(policy).next(TimePoint{}, 1s, 0.5) == Duration::max());
}

TEST_CASE("after five restarts within sixty seconds there is no sixth") {
  RestartPlan plan(exact());
  const TimePoint now{};
  for (int i = 0; i < 5; ++i)
    REQUIRE(plan.next(now + i * 10s, 1s, 0.5));

  CHECK_FALSE(plan.next(now + 59s, 1s, 0.5));
}

TEST_CASE("restarts older than the window are forgotten") {
  RestartPlan plan(exact());
  const TimePoint now{};
  for (int i = 0; i < 5; ++i)
    REQUIRE(plan.next(now + i * 10s, 1s, 0.5));

  CHECK(plan.next(now + 60s, 1s, 0.5));
}

TEST_CASE("a service that stayed up for a window starts over with the first delay") {
  RestartPlan plan(exact());
  REQUIRE(plan.next(TimePoint{}, 1s, 0.5) == Duration(100ms));

  CHECK(plan.next(TimePoint{} + 70s, 60s, 0.5) == Duration(100ms));
}

TEST_CASE("an intensity of zero allows no restart") {
  RestartPolicy policy = exact();
  policy.intensity = 0;

  CHECK_FALSE(RestartPlan(policy).next(TimePoint{}, 1h, 0.5));
}
