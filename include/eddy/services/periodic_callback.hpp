// SPDX-License-Identifier: MIT
//
// Runs a function again and again, at an interval.
//
// This is the plain class, for use inside of something else; a program's own periodic job is a
// Periodic service (services/periodic.hpp). For one wait use Loop::sleep.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/base/statistic.hpp>
#include <eddy/core/future.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace eddy {

/// How a PeriodicCallback behaves; also part of a Periodic service's Config.
struct PeriodicOptions {
  enum class Mode {
    fixed_delay,  ///< a run begins one interval after the end of the one before
    fixed_rate,   ///< runs begin on a grid of intervals, however long they take
  };
  /// What happens at fixed rate when a run is due while another one runs.
  enum class Overlap {
    skip,   ///< it is left out, counted and logged
    queue,  ///< it begins right after; more than `max_queued` are left out
  };
  enum class OnError {
    go_on,  ///< the error is logged and counted
    stop,   ///< no more runs; the error goes to the function given for it
  };

  Mode mode = Mode::fixed_delay;
  Overlap overlap = Overlap::skip;
  OnError on_error = OnError::go_on;
  /// Before the first run.
  Duration delay = Duration::zero();
  std::size_t max_queued = 16;
};

/// What a PeriodicCallback has done. An ended run is either done or failed.
struct PeriodicStatistic {
  Counter call_count;  ///< runs that began
  Counter done;
  Counter fail;
  Counter skipped;   ///< runs that were due but left out
  Counter sum_time;  ///< of all ended runs, in nanoseconds

  template <class F>
  void visit(F&& field) const {
    field("call_count", call_count);
    field("done", done);
    field("fail", fail);
    field("skipped", skipped);
    field("sum_time", sum_time);
  }
};

/// Calls a function that returns a Future, never twice at once.
///
/// Thread: loop.
/// Lifetime: destroying it drops the run that is going on; the function may do so.
class EDDY_EXPORT PeriodicCallback {
 public:
  using Body = Function<Future<void>()>;

  /// @param interval  more than zero; a century at most, longer ones are cut.
  PeriodicCallback(
      Loop& loop, std::string name, Duration interval, Body body, PeriodicOptions options = {});
  PeriodicCallback(const PeriodicCallback&) = delete;
  PeriodicCallback& operator=(const PeriodicCallback&) = delete;
  ~PeriodicCallback();

  /// Begins the schedule; does nothing if it is going on. Legal right after stop(): a run that has
  /// not ended yet counts as one that overlaps.
  void start();
  /// Ends the schedule and resolves when the run that is going on has ended. Calling it twice is
  /// the same as once. Inside a run it resolves at once, for a run cannot wait for its own end.
  /// Cancel: dropping the Future does not take the stop back.
  Future<void> stop();
  /// Gets the error that ended the schedule, see PeriodicOptions::OnError::stop.
  void on_stopped(Function<void(Error)> function);

  /// Whether there will be more runs.
  bool scheduled() const noexcept { return scheduled_; }
  /// Whether a run is going on.
  bool running() const noexcept { return running_; }
  const PeriodicStatistic& statistic() const noexcept { return statistic_; }

 private:
  void fall_due();
  void plan_next();
  void count_missed(std::size_t missed);
  void begin_run();
  void report_skipped();
  void end_run(Result<void>&& result);
  void after_run();

  Loop& loop_;
  const std::string name_;
  const Duration interval_;
  const std::shared_ptr<Body> body_;  // shared with a run that destroys this object
  const PeriodicOptions options_;
  std::shared_ptr<Function<void(Error)>> on_stopped_;
  PeriodicStatistic statistic_;

  bool scheduled_ = false;
  bool running_ = false;
  TimePoint due_{};           // of the next run, at fixed rate
  TimePoint began_{};         // the run that is going on
  std::size_t queued_ = 0;    // runs that begin after it
  std::size_t left_out_ = 0;  // runs that were skipped since the last one began
  std::vector<Promise<void>> waiting_;
  Timer timer_;
  Task run_;
  TaskGroup group_;
};

}  // namespace eddy
