// SPDX-License-Identifier: MIT
#include "client/reconnect_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;

namespace {

std::vector<Duration> pauses(const ReconnectPolicy& policy, int count) {
  detail::ReconnectPlan plan(policy);
  std::vector<Duration> all;
  std::generate_n(std::back_inserter(all), count, [&] { return plan.next_pause(); });
  return all;
}

}  // namespace

TEST_CASE("pauses double from the base to the most, if nothing is left to chance") {
  CHECK(pauses({.base = 1s, .max = 5s, .jitter = 0}, 5) ==
        std::vector<Duration>{1s, 2s, 4s, 5s, 5s});
}

TEST_CASE("a pause that cannot be doubled any more is the longest") {
  CHECK(pauses({.base = Duration::max() / 2 + Duration(1), .max = Duration::max(), .jitter = 0}, 3)
            .back() == Duration::max());
}

TEST_CASE("with full chance pauses lie between nothing and what they would be, and differ") {
  const std::vector<Duration> drawn = pauses({.base = 1s, .max = 1s, .jitter = 1, .seed = 7}, 1000);

  CHECK(std::all_of(drawn.begin(), drawn.end(), [](Duration each) {
    return each > Duration::zero() && each <= 1s;
  }));
  CHECK(*std::min_element(drawn.begin(), drawn.end()) < 10ms);
  CHECK(*std::max_element(drawn.begin(), drawn.end()) > 990ms);
}

TEST_CASE("a part of a pause may be left to chance") {
  const std::vector<Duration> drawn =
      pauses({.base = 1s, .max = 1s, .jitter = 0.25, .seed = 7}, 1000);

  CHECK(*std::min_element(drawn.begin(), drawn.end()) >= 750ms);
  CHECK(*std::min_element(drawn.begin(), drawn.end()) < 760ms);
}

TEST_CASE("the same seed draws the same pauses, and without one two clients draw others") {
  const ReconnectPolicy seeded{.seed = 42};

  CHECK(pauses(seeded, 20) == pauses(seeded, 20));
  CHECK(pauses({}, 20) != pauses({}, 20));
}

TEST_CASE("the last of so many failures in a row is one too many") {
  detail::ReconnectPlan plan({.attempts = 3});

  CHECK(plan.failed());
  CHECK(plan.failed());
  CHECK_FALSE(plan.failed());
  CHECK(plan.failures() == 3);
}

TEST_CASE("a success ends a row of failures, but not the growth of the pauses") {
  detail::ReconnectPlan plan({.attempts = 2, .base = 1s, .jitter = 0});
  CHECK(plan.failed());
  CHECK(plan.next_pause() == 1s);

  plan.succeeded();

  CHECK(plan.failed());
  CHECK(plan.next_pause() == 2s);
}

TEST_CASE("a connection that lasted long enough makes everything begin anew") {
  detail::ReconnectPlan plan({.attempts = 2, .base = 1s, .jitter = 0, .reset_after = 30s});
  CHECK(plan.failed());
  CHECK(plan.next_pause() == 1s);

  plan.connection_lasted(30s - Duration(1));
  CHECK(plan.failures() == 1);
  CHECK(plan.next_pause() == 2s);
  plan.connection_lasted(30s);

  CHECK(plan.failures() == 0);
  CHECK(plan.next_pause() == 1s);
}

TEST_CASE("any number of failures is allowed if the policy names none") {
  detail::ReconnectPlan plan({.attempts = 0});
  std::vector<bool> allowed;

  std::generate_n(std::back_inserter(allowed), 1000, [&] { return plan.failed(); });

  CHECK(std::count(allowed.begin(), allowed.end(), true) == 1000);
}

TEST_CASE("a policy that makes no sense says why") {
  CHECK(ReconnectPolicy().validate().empty());
  CHECK(ReconnectPolicy{.base = 0s}.validate().size() == 1);
  CHECK(ReconnectPolicy{.base = 2s, .max = 1s}.validate().size() == 1);
  CHECK(ReconnectPolicy{.jitter = 1.1}.validate().size() == 1);
  CHECK(ReconnectPolicy{.jitter = -0.1}.validate().size() == 1);
  CHECK(ReconnectPolicy{.reset_after = -1s}.validate().size() == 1);
}
