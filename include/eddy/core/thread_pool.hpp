// SPDX-License-Identifier: MIT
//
// Threads for work that blocks or computes, so that the loop does not have to.
//
//     pool.run([path] { return read_whole(path); }).then([](std::string text) { ... });
//
// For work that runs for the life of the program use core/separate_threads.hpp, for a sequence of
// values core/threaded_iterable.hpp.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/base/statistic.hpp>
#include <eddy/core/detail/pool_job.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy {

/// What a pool counts. A job that was dropped before a thread took it is submitted and never done.
///
/// Thread: any reads.
struct ThreadPoolStatistic {
  Gauge threads;      ///< that exist
  Counter submitted;  ///< jobs that were taken
  Counter done;       ///< jobs that ran to their end
  Counter success;    ///< of these, with a value
  Counter error;      ///< of these, with an error
  Counter sum_time;   ///< how long jobs ran together, in nanoseconds

  void visit(auto&& field) const {
    field("threads", threads), field("submitted", submitted), field("done", done);
    field("success", success), field("error", error), field("sum_time", sum_time);
  }
};

/// A job that a thread is busy with.
struct RunningJob {
  Site site;         ///< where run() was called
  Duration running;  ///< for how long
};

/// Runs functions in threads of its own.
///
/// Begins with Options::min threads and doubles their number, up to Options::max, when a job finds
/// none that is free. Jobs start in the order of the calls. A pool may serve many loops, and
/// survives the end of any of them.
/// Thread: any; run() and shutdown() where there is a Loop.
/// Lifetime: the destructor refuses what waits, stops what runs, and waits for it up to
/// Options::linger; a job that has not ended then is logged, and its thread left to itself.
class EDDY_EXPORT ThreadPool {
 public:
  struct Options {
    /// So many threads are kept however idle, but never more than `max`.
    std::size_t min = 2;
    /// At least 1.
    std::size_t max = default_max();
    /// So many jobs wait for a thread; more are refused.
    std::size_t queue_limit = 10'000;
    /// A thread above `min` that found no work for so long ends.
    Duration idle = std::chrono::seconds(30);
    /// How long the destructor waits for jobs that run.
    Duration linger = std::chrono::seconds(10);
    /// Threads are named after it: "pool 3". The kernel keeps 15 characters.
    std::string name = "pool";

    /// One for each processor, 4 to 32.
    EDDY_EXPORT static std::size_t default_max() noexcept;
  };

  ThreadPool();
  /// Throws an Exception if not one thread can be made.
  explicit ThreadPool(Options options);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  /// Runs `function` in a thread and resolves to what it returns: a value, void or a Result. It may
  /// take a std::stop_token, which tells when nobody wants the result any more.
  ///
  /// It must own what it uses, for a thread cannot be stopped from outside. Its captures die in its
  /// thread before the Future resolves.
  /// Errors: Errc::exception with what it threw; Errc::overloaded at once if too many jobs wait;
  /// Errc::closed after a shutdown.
  /// Cancel: total for a job that no thread has taken: it never runs, and its captures die before
  /// cancel or drop return. Partial for one that runs: stop is requested, the Future fails with
  /// Errc::canceled at once or is gone, and the late result dies on the loop's thread (in the job's
  /// if the loop is gone).
  template <class F>
  auto run(F&& function, Site site = EDDY_HERE) {
    return detail::run_in_pool(state_, std::forward<F>(function), site);
  }

  /// Refuses new jobs, fails those that wait with Errc::closed and asks those that run to stop.
  /// Resolves when they have ended, at the latest after `grace`, to those that run still.
  ///
  /// The captures of jobs that wait die in this thread.
  /// Cancel: partial; the shutdown is not taken back.
  Future<std::vector<RunningJob>> shutdown(Duration grace, Site site = EDDY_HERE);

  /// The jobs that threads are busy with.
  std::vector<RunningJob> running() const;
  /// How many jobs wait for a thread.
  std::size_t waiting() const noexcept;
  const ThreadPoolStatistic& statistic() const noexcept;

 private:
  std::shared_ptr<detail::PoolState> state_;
};

}  // namespace eddy
