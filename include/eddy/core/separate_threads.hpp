// SPDX-License-Identifier: MIT
//
// A thread for each job, for work that takes long or never ends.
//
// Such work would take the threads of a ThreadPool away from everybody else. For short work a pool
// is cheaper.
#pragma once

#include <eddy/core/thread_pool.hpp>

namespace eddy {

/// Runs each function in a thread that is made for it.
///
/// Thread: any; run() and shutdown() where there is a Loop.
/// Lifetime: the destructor asks what runs to stop and waits for it up to Options::linger; a job
/// that has not ended then is logged, and its thread left to itself.
class EDDY_EXPORT SeparateThreads {
 public:
  struct Options {
    /// So many threads at the same time; more are refused.
    std::size_t limit = 64;
    /// How long the destructor waits for jobs that run.
    Duration linger = std::chrono::seconds(10);
    /// Threads are named after it: "separate 3". The kernel keeps 15 characters.
    std::string name = "separate";
  };

  SeparateThreads();
  explicit SeparateThreads(Options options);
  SeparateThreads(const SeparateThreads&) = delete;
  SeparateThreads& operator=(const SeparateThreads&) = delete;
  ~SeparateThreads();

  /// Runs `function` in a new thread, as ThreadPool::run() does in one of its own.
  ///
  /// Errors: Errc::exception with what it threw; Errc::overloaded at once above the limit;
  /// Errc::closed after a shutdown; what the system says if it has no thread to give.
  /// Cancel: as of ThreadPool::run().
  template <class F>
  auto run(F&& function, Site site = EDDY_HERE) {
    return detail::run_in_pool(state_, std::forward<F>(function), site);
  }

  /// As ThreadPool::shutdown(). Cancel: as there.
  Future<std::vector<RunningJob>> shutdown(Duration grace, Site site = EDDY_HERE);

  std::vector<RunningJob> running() const;
  const ThreadPoolStatistic& statistic() const noexcept;

 private:
  std::shared_ptr<detail::PoolState> state_;
};

}  // namespace eddy
