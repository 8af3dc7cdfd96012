// SPDX-License-Identifier: MIT
//
// EDDY_TEST_TIMEOUT: what is printed of a test that takes too long, and that it dies of it.
#include <eddy/core/task_group.hpp>
#include <eddy/testing/detail/test_watch.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <unistd.h>

#include <optional>
#include <tuple>

#include "testing/support.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::ChildEnd;
using eddy::testing::EnvironmentVariable;
using eddy::testing::Fixture;
using eddy::testing::for_each_seed;
using eddy::testing::RandomFixture;
using eddy::testing::run_as_test;
using eddy::testing::run_in_child;
using eddy::testing::inner::TestTimeout;
using eddy::testing::inner::timeout_from_environment;

namespace {

/// As run_as_test(), with a limit of time.
ChildEnd run_with_limit(Duration limit, void (*body)(), Duration patience = 10s) {
  return run_in_child([limit, body, patience] {
    const TestTimeout timeout(limit, patience);
    doctest::detail::regTest(
        doctest::detail::TestCase(body, __FILE__, __LINE__, doctest::detail::TestSuite()) *
        "the subject");
    doctest::Context context;
    context.addFilter("test-case", "the subject");
    return context.run();
  });
}

}  // namespace

TEST_CASE("a test that waits for ever is named, with the tasks that have not ended") {
  const ChildEnd end = run_with_limit(50ms, [] {
    Fixture t;
    TaskGroup group(t.loop);
    group.spawn("quick", ready_future());
    group.spawn("worker 1", t.loop.sleep(1h));
    group.spawn("worker 2", t.loop.sleep(1h));
    for (;;)
      t.loop.turn(true);
  });

  CHECK(end.aborted());
  CHECK(end.printed("eddy: the test \"the subject\" at"));
  CHECK(end.printed("takes longer than 0.05 s"));
  CHECK(end.printed("eddy: 2 tasks have not ended\n"));
  CHECK(end.printed("worker 1"));
  CHECK(end.printed("worker 2"));
  CHECK(end.printed("a sleep"));
  CHECK_FALSE(end.printed("do not tell their tasks"));
}

TEST_CASE("of a loop whose callback does not return it is told that it cannot be asked") {
  const auto stuck = [] {
    Fixture t;
    auto never = ready_future().then([] {
      for (;;)
        pause();
    });
    t.run_until_idle();
  };
  const ChildEnd end = run_with_limit(50ms, stuck, 1ms);

  CHECK(end.aborted());
  CHECK(end.printed("eddy: 1 of 1 loops do not tell their tasks"));
}

TEST_CASE("a test without a loop that takes too long is named") {
  const ChildEnd end = run_with_limit(50ms, [] {
    for (;;)
      pause();
  });

  CHECK(end.aborted());
  CHECK(end.printed("eddy: the test \"the subject\" at"));
}

TEST_CASE("a test that takes too long tells its seed") {
  const EnvironmentVariable only("EDDY_TEST_SEED", "21");
  const ChildEnd end = run_with_limit(50ms, [] {
    for_each_seed(10, [](RandomFixture& t) {
      for (;;)
        t.loop.turn(true);
    });
  });

  CHECK(end.aborted());
  CHECK(end.printed("EDDY_TEST_SEED=21"));
}

TEST_CASE("tests within the limit are not disturbed") {
  const ChildEnd end = run_with_limit(1h, [] { Fixture t; });

  CHECK(end.exit_code() == 0);
  CHECK_FALSE(end.printed("eddy:"));
}

TEST_CASE("the limit is read from EDDY_TEST_TIMEOUT in seconds") {
  {
    const EnvironmentVariable value("EDDY_TEST_TIMEOUT", "1.5");
    CHECK(timeout_from_environment() == std::optional<Duration>(1500ms));
  }
  const EnvironmentVariable value("EDDY_TEST_TIMEOUT", "");
  CHECK_FALSE(timeout_from_environment().has_value());
}

TEST_CASE("a limit that is no length of time stops the program") {
  const EnvironmentVariable value("EDDY_TEST_TIMEOUT", "soon");
  const ChildEnd end = run_as_test([] { std::ignore = timeout_from_environment(); });

  CHECK(end.exit_code() != 0);
  CHECK(end.printed("EDDY_TEST_TIMEOUT is a number of seconds above 0"));
}
