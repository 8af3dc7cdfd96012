// SPDX-License-Identifier: MIT
//
// What the watchdog of the tests shares with the test that runs. Private to the kit.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/core/fwd.hpp>
#include <eddy/core/poster.hpp>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>

namespace eddy::testing::inner {

/// One for the process, as there is one test at a time; all but `thread` under `mutex`.
struct TestWatch {
  struct Entry {
    Loop* loop;
    Poster poster;
  };
  struct Test {
    std::string name;
    std::string file;
    unsigned line;
    std::chrono::steady_clock::time_point end;
  };

  static TestWatch& get() noexcept;

  /// The body of the watchdog's thread.
  void watch();
  /// Prints what is known of the test that takes too long. Does not return.
  [[noreturn]] void expire(std::unique_lock<std::mutex>& lock);
  void dump_tasks(std::unique_lock<std::mutex>& lock);

  std::mutex mutex;
  std::condition_variable changed;
  bool active = false;  // there is a limit
  bool stopping = false;
  Duration limit{};
  Duration patience{};
  std::optional<Test> test;
  std::vector<Entry> loops;
  std::size_t answers = 0;  // loops that have printed their tasks
  pthread_t test_thread{};
  std::thread thread;
};

}  // namespace eddy::testing::inner
