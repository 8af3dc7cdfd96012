// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <optional>
#include <set>
#include <string>
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

namespace {

/// Fails with about every third seed, the first of them 3.
void test_that_fails_now_and_then() {
  for_each_seed(1'000'000, [](std::uint64_t seed) { CHECK(seed % 3 != 0); });
}

/// What happens with a seed, in order.
std::string history(std::uint64_t seed) {
  RandomFixture t(seed);
  std::string text;
  TaskGroup group(t.loop);
  for (const char name : std::string("abcdef")) {
    group.spawn("task", t.some_time().then([&text, &t, name] {
      text += name + std::to_string(t.clock.now().time_since_epoch().count());
    }));
  }
  t.at_some_time([&text] { text += '!'; });
  t.run_to_end();
  return text;
}

}  // namespace

TEST_CASE("a failed check prints its seed, and no further seed is run") {
  const EnvironmentVariable count("EDDY_TEST_SEEDS", "");
  const EnvironmentVariable none("EDDY_TEST_SEED", "");
  const ChildEnd end = run_as_test(&test_that_fails_now_and_then);

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("EDDY_TEST_SEED=3\n"));
  CHECK(end.printed("| 1 failed |\n"));  // one check
  CHECK_FALSE(end.printed("EDDY_TEST_SEED=6\n"));
}

TEST_CASE("EDDY_TEST_SEED runs one seed alone") {
  const EnvironmentVariable only("EDDY_TEST_SEED", "21");
  const ChildEnd end = run_as_test(&test_that_fails_now_and_then);

  CHECK(end.printed("EDDY_TEST_SEED=21\n"));
  CHECK(end.printed("assertions: 1 |"));
}

TEST_CASE("EDDY_TEST_SEEDS says how many seeds are run") {
  const EnvironmentVariable none("EDDY_TEST_SEED", "");
  const EnvironmentVariable count("EDDY_TEST_SEEDS", "2");
  const ChildEnd end = run_as_test(&test_that_fails_now_and_then);

  CHECK(end.exit_code() == 0);
  CHECK(end.printed("assertions: 2 |"));
}

TEST_CASE("a seed that is no number stops the program") {
  const EnvironmentVariable only("EDDY_TEST_SEED", "seven");
  const ChildEnd end = run_as_test([] { const Fixture t; });

  CHECK(end.exit_code() != 0);
  CHECK(end.printed("EDDY_TEST_SEED and EDDY_TEST_SEEDS are numbers"));
}

TEST_CASE("a seed below zero or beyond all numbers stops the program") {
  const auto stopped = [](const char* text) {
    const EnvironmentVariable only("EDDY_TEST_SEED", text);
    return run_as_test(&test_that_fails_now_and_then).printed("are numbers");
  };

  CHECK(stopped("-1"));
  CHECK(stopped("18446744073709551616"));
}

TEST_CASE("the largest seed is run too") {
  const EnvironmentVariable only("EDDY_TEST_SEED", "18446744073709551615");

  CHECK(run_as_test(&test_that_fails_now_and_then).printed("assertions: 1 |"));
}

TEST_CASE("a test that crashes prints its seed") {
  const EnvironmentVariable only("EDDY_TEST_SEED", "21");
  const ChildEnd end =
      run_as_test([] { for_each_seed(10, [](RandomFixture&) { EDDY_ASSERT(false, "a bug"); }); });

  CHECK(end.printed("EDDY_TEST_SEED=21"));
}

TEST_CASE("what is left at the end of a seed fails the test and prints the seed") {
  const EnvironmentVariable only("EDDY_TEST_SEED", "21");
  const ChildEnd end =
      run_as_test([] { for_each_seed(10, [](RandomFixture& t) { new Promise<int>(t.loop); }); });

  CHECK(end.exit_code() == 1);
  CHECK(end.printed("futures left alive: 1"));
  CHECK(end.printed("EDDY_TEST_SEED=21"));
}

TEST_CASE("the same seed makes the same history, and others make others") {
  std::set<std::string> histories;
  for (std::uint64_t seed = 1; seed <= 100; ++seed)
    histories.insert(history(seed));

  CHECK(histories.size() > 90);
  CHECK(histories.count(history(17)) == 1);
  CHECK(history(17) == history(17));
}

TEST_CASE("with EDDY_TEST_SEED every fixture shuffles its schedule") {
  const EnvironmentVariable seed("EDDY_TEST_SEED", "2");
  std::set<std::string> orders;
  for (int run = 0; run < 2; ++run) {
    Fixture t;
    std::string order;
    std::vector<Future<void>> futures;
    for (const char name : std::string("abcdefgh"))
      futures.push_back(ready_future().then([&order, name] { order += name; }));
    t.run_until_idle();
    orders.insert(order);
  }

  CHECK(orders.size() == 1);
  CHECK(orders.count("abcdefgh") == 0);
}

TEST_CASE("a task is cancelled and a future dropped at some time") {
  RandomFixture t(1);
  TaskGroup group(t.loop);
  const Task task = group.spawn("endless", t.loop.sleep(1h));
  Future<void> dropped = t.loop.sleep(1h);

  t.cancel_at_some_time(task);
  t.drop_at_some_time(dropped);
  CHECK(task.state() == TaskState::running);
  CHECK(dropped.valid());
  t.run_to_end();

  CHECK(task.state() == TaskState::canceled);
  CHECK_FALSE(dropped.valid());
}

TEST_CASE("what was to be done at some time is not done when the test is over") {
  bool ran = false;
  {
    RandomFixture t(1);
    t.at_some_time([&ran] { ran = true; });
  }
  CHECK_FALSE(ran);
}

TEST_CASE("at rest is told whenever the clock is about to move, and at the end") {
  RandomFixture t(1);
  std::string order;
  auto first = t.loop.sleep(1s).then([&order] { order += 'a'; });
  auto second = t.loop.sleep(2s).then([&order] { order += 'b'; });

  t.run_to_end([&order] { order += '.'; });

  CHECK(order == ".a.b.");
}
