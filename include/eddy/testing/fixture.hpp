// SPDX-License-Identifier: MIT
//
// What a test of asynchronous code starts with: a loop, a clock that it moves, and a check of
// leaks.
//
//     TEST_CASE("dropping a future stops the timer before the destructor returns") {
//       eddy::testing::Fixture t;
//       bool ran = false;
//       auto later = t.loop.sleep(5s).then([&ran] { ran = true; });
//       later = {};
//       t.clock.advance(10s);
//       CHECK_FALSE(ran);
//     }
//
// Needs doctest, to which it reports.
#pragma once

#include <eddy/core/loop.hpp>
#include <eddy/core/task.hpp>
#include <eddy/testing/detail/test_watch.hpp>
#include <eddy/testing/manual_clock.hpp>
#include <eddy/testing/seeds.hpp>
#include <eddy/testing/text.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace eddy::testing {

/// An error that nobody read, and the place of the continuation that lost it.
struct UnreadError {
  Error error;
  Site site;
};

/// A loop with a manual clock, in debug mode.
///
/// An error that nobody reads fails the test, and so do futures, handles, timers and tasks that are
/// still there at the end. With EDDY_TEST_SEED in the environment the loop's schedule is shuffled
/// by that seed, unless the options name one.
class Fixture {
 public:
  explicit Fixture(Site site = EDDY_HERE) : Fixture(Loop::Options(), site) {}
  explicit Fixture(Loop::Options options, Site site = EDDY_HERE)
      : lost_{site, {}}, loop(prepared(std::move(options))), watched_(loop) {
    clock.drive(loop);
    loop.on_unread_error([this](const Error& error, Site where) {
      lost_.errors.push_back(UnreadError{error, where});
    });
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;
  ~Fixture() {
    run_until_idle(loop);  // closed handles go in a turn of their own
    const LoopStatistic& left = loop.statistic();
    if (left.active_timers != 0) fail("timers left armed: ", left.active_timers);
    if (left.open_handles != 0) fail("handles left open: ", left.open_handles);
    for (const Task& task : all_tasks(loop))
      lost_.fail("a task is left alive: " + std::string(task.name()));
    if (left.live_nodes != 0) fail("futures left alive: ", left.live_nodes);
  }

  /// The errors that nobody read so far; they no longer fail the test.
  [[nodiscard]] std::vector<UnreadError> take_unread() { return std::exchange(lost_.errors, {}); }

  /// Runs what can run now, without moving the clock.
  void run_until_idle() { testing::run_until_idle(loop); }
  void run_until_idle(Loop& other) { testing::run_until_idle(other); }

  /// Moves the clock on by `by`, and runs what becomes due on the way, each at its time.
  void advance(Duration by) { clock.advance(by); }
  /// Moves the clock to the next timer, and fires it. Returns false if there is none.
  bool advance_to_next_timer() { return clock.advance_to_next_timer(); }

  /// Runs what can run now and tells whether `future` is ready.
  template <class T>
  bool poll(const Future<T>& future) {
    run_until_idle();
    return future.ready();
  }
  /// Runs until `future` is ready, also waiting for the kernel, and gives its result.
  template <class T>
  Result<T> get(Future<T> future) {
    return loop.run_until(std::move(future));
  }

 private:
  /// Fails the test when the loop is gone: an error may be lost as late as that.
  struct Lost {
    Site site;
    std::vector<UnreadError> errors;

    ~Lost() {
      for (const UnreadError& lost : errors) {
        fail("an error was not read: " + lost.error.message() + ", at " + lost.site.file + ":" +
             std::to_string(lost.site.line));
      }
    }
    void fail(const std::string& message) const {
      DOCTEST_ADD_FAIL_CHECK_AT(site.file, static_cast<int>(site.line), message);
    }
  };

  Loop::Options prepared(Loop::Options&& options) {
    options.clock = &clock;
    options.debug = true;
    if (!options.schedule_seed) options.schedule_seed = seed_from_environment();
    return std::move(options);
  }
  void fail(const char* what, std::size_t count) const { lost_.fail(what + std::to_string(count)); }

  Lost lost_;

 public:
  ManualClock clock;
  Loop loop;

 private:
  inner::WatchedLoop watched_;
};

}  // namespace eddy::testing
