// SPDX-License-Identifier: MIT
//
// What the kit knows of the test that is running: its name, its loops, its failures.
//
// Not for users. detail/test_listener.hpp tells it what doctest does.
#pragma once

#include <eddy/base/clock.hpp>

#include <cstdint>
#include <optional>

namespace eddy {
class Loop;
}

namespace eddy::testing::inner {

EDDY_EXPORT void test_began(const char* name, const char* file, unsigned line) noexcept;
EDDY_EXPORT void test_ended() noexcept;
EDDY_EXPORT void test_failed() noexcept;
/// How many checks have failed so far.
EDDY_EXPORT std::uint64_t failures() noexcept;

/// A loop that the dump of a test that takes too long asks for its tasks.
///
/// Thread: the loop's.
class EDDY_EXPORT WatchedLoop {
 public:
  explicit WatchedLoop(Loop& loop);
  WatchedLoop(const WatchedLoop&) = delete;
  WatchedLoop& operator=(const WatchedLoop&) = delete;
  ~WatchedLoop();

 private:
  Loop* loop_;
};

/// The limit that EDDY_TEST_TIMEOUT sets, in seconds.
EDDY_EXPORT std::optional<Duration> timeout_from_environment();

/// Ends the program when a single test takes longer than `limit`: prints its name and the tasks of
/// its loops, and aborts in the thread that made this.
class EDDY_EXPORT TestTimeout {
 public:
  /// @param patience  how long its loops may take to print their tasks.
  explicit TestTimeout(std::optional<Duration> limit, Duration patience = std::chrono::seconds(2));
  TestTimeout(const TestTimeout&) = delete;
  TestTimeout& operator=(const TestTimeout&) = delete;
  ~TestTimeout();

 private:
  bool running_;
};

}  // namespace eddy::testing::inner
