// SPDX-License-Identifier: MIT
//
// Tests of what must hold whatever happens first: the same test, with many schedules.
//
//     TEST_CASE("a mutex lets one in at a time") {
//       for_each_seed(10'000, [](RandomFixture& t) {
//         ...
//         t.at_some_time([&task] { task.cancel(); });
//         t.run_to_end();
//         CHECK(most_inside == 1);
//       });
//     }
//
// The schedule follows from the seed: the order in which ready continuations and timers run, what
// a duplex() takes at a time, and whatever the test asks of `random`. A failed check prints the
// seed, and EDDY_TEST_SEED=n runs exactly that again. EDDY_TEST_SEEDS=n says how many seeds are
// run.
#pragma once

#include <eddy/base/random.hpp>
#include <eddy/core/task.hpp>
#include <eddy/testing/detail/test_listener.hpp>
#include <eddy/testing/fixture.hpp>
#include <eddy/testing/seeds.hpp>

#include <concepts>
#include <utility>
#include <vector>

namespace eddy::testing {

/// A Fixture whose loop shuffles what no cause puts in an order.
///
/// Thread: loop.
class RandomFixture : public Fixture {
 public:
  explicit RandomFixture(std::uint64_t seed, Site site = EDDY_HERE)
      : Fixture(shuffled(seed), site), random(seed) {}
  ~RandomFixture() { meddling_.clear(); }

  /// A Future that is ready at some point: now, some continuations later, after the kernel's events
  /// were looked at, or within `within`.
  Future<void> some_time(Duration within = std::chrono::milliseconds(10)) {
    Future<void> point = ready_future();
    switch (random.below(4)) {
      case 0:
        return point;
      case 1:
        return loop.next_turn();
      case 2:
        return loop.sleep(some_length(within));
      default:
        for (std::size_t hops = random.below(4); hops > 0; --hops)
          point = std::move(point).then([] {});
        return point;
    }
  }
  /// Runs `meddle` at some point, between whatever continuations, unless the test is over before.
  template <class F>
  void at_some_time(F&& meddle, Duration within = std::chrono::milliseconds(10)) {
    meddling_.push_back(some_time(within).then(std::forward<F>(meddle)));
  }
  /// Cancels softly at some point.
  void cancel_at_some_time(Task task) {
    at_some_time([task = std::move(task)]() mutable { task.cancel(); });
  }
  /// Drops at some point what `future` then holds. Lifetime: it must outlive the fixture's run.
  template <class T>
  void drop_at_some_time(Future<T>& future) {
    at_some_time([&future] { future = {}; });
  }
  /// A length from 0 to below `within`, in whole milliseconds, so that many are equal.
  Duration some_length(Duration within) {
    const auto steps = std::chrono::duration_cast<std::chrono::milliseconds>(within).count();
    return std::chrono::milliseconds(random.below(static_cast<std::uint32_t>(steps)));
  }

  /// Runs until there is no timer left and nothing to do.
  void run_to_end() {
    run_to_end([] {});
  }
  /// The same; calls `at_rest` whenever nothing can run before the clock moves: then nobody may
  /// wait for what is there.
  template <class F>
  void run_to_end(F&& at_rest) {
    run_until_idle();
    do {
      at_rest();
    } while (advance_to_next_timer());
  }

  Random random;

 private:
  /// Half of the loops are stopped often to look at the kernel's events.
  static Loop::Options shuffled(std::uint64_t seed) {
    Random choice(~seed);
    Loop::Options options;
    options.schedule_seed = seed;
    if (choice.one_in(2)) options.drain_budget = 1 + static_cast<unsigned>(choice.below(16));
    return options;
  }

  std::vector<Future<void>> meddling_;
};

/// Runs `body` with a RandomFixture for each of the first `count` seeds, or with the plain seed if
/// it takes that. Stops after the first seed with a failed check, which prints it.
template <class Body>
void for_each_seed(std::uint64_t count, Body&& body, Site site = EDDY_HERE) {
  const SeedRange seeds = seeds_to_run(count);
  const std::uint64_t failures = inner::failures();
  for (std::uint64_t run = 0; run < seeds.count; ++run) {
    const std::uint64_t seed = seeds.first + run;
    DOCTEST_INFO("EDDY_TEST_SEED=", seed);
    const inner::RunningSeed running(seed);
    if constexpr (std::invocable<Body&, std::uint64_t>) {
      body(seed);
    } else {
      RandomFixture t(seed, site);
      body(t);
    }
    if (inner::failures() != failures) return;
  }
}

}  // namespace eddy::testing
