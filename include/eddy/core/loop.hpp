// SPDX-License-Identifier: MIT
//
// The event loop: where everything asynchronous of a thread runs.
//
// One loop a thread, passed by reference. Programs usually let a Supervisor run it; see
// kit/supervisor.hpp. From other threads only poster() may be used, with what it gave before.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/base/function.hpp>
#include <eddy/core/future.hpp>
#include <eddy/core/poster.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace eddy {

namespace detail {
struct LoopImpl;
class TurnNode;
}  // namespace detail

/// Runs callbacks one after the other: continuations, timers, events of the kernel, posted
/// functions.
///
/// From the first loop on SIGPIPE is ignored in the process, unless it is handled: writing to
/// nobody is an error, also of printf(). Thread: the one that made it. At most one loop a thread
/// exists at a time. Lifetime: whatever was made with the loop may outlive it and is inert then.
class EDDY_EXPORT Loop {
 public:
  struct Options {
    /// Checks that only the loop's thread uses it, logs slow callbacks with the place that made
    /// them, and names handles that are still open at the end.
    bool debug = false;
    /// Where time comes from; null: the machine's clock. Tests give a manual one.
    Clock* clock = nullptr;
    /// So many continuations run before the kernel's events and the timers get their turn again.
    unsigned drain_budget = 1024;
    /// In debug mode a callback that takes longer is logged.
    Duration slow_callback = std::chrono::milliseconds(100);
    /// For the messages of the debug mode; empty: the thread's name.
    std::string name = {};
    /// For tests: shuffles, by this seed, what no cause puts in an order. Continuations that are
    /// ready at the same time run in any order, so do timers that are due at the same time, and
    /// duplex() reads and writes less than it could. The same seed does the same again.
    std::optional<std::uint64_t> schedule_seed = std::nullopt;
  };

  Loop();
  explicit Loop(Options options);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  /// Closes what is open and drops what was posted; nothing of the user's runs any more but
  /// destructors. A loop that is running must not be destroyed.
  ~Loop();

  /// Runs until there is nothing left to wait for, or stop() is called. May be called again.
  void run();
  /// Makes run() return after the callback that is running. Continuations that are ready stay
  /// ready.
  void stop() noexcept;
  /// Runs one turn: what is ready, due timers, events of the kernel. With `wait` it blocks for the
  /// next of them. Returns false if there is nothing left to wait for.
  bool turn(bool wait = false);
  bool running() const noexcept;

  /// Runs until `future` is ready and gives its result.
  /// Errors: Errc::stalled if there is nothing left to wait for, Errc::canceled after stop().
  template <class T>
  Result<T> run_until(Future<T> future) {
    while (!future.ready()) {
      if (!turn_for_result() && !future.ready()) return stopped_result();
    }
    return detail::take_result(std::move(future));
  }

  /// The monotonic clock of this loop, read anew.
  TimePoint now() const noexcept;
  Clock& clock() const noexcept;
  /// When the earliest timer is due; empty if none is armed.
  std::optional<TimePoint> next_timer() const noexcept;

  /// Resolves after `after`; a length of zero or less is the next pass over the timers.
  /// Cancel: total.
  Future<void> sleep(Duration after, Site site = EDDY_HERE) {
    detail::ValueNode<void>* node = detail::SleepNode<void>::make(core(), site, after);
    return detail::make_future(node);
  }
  template <class T>
  Future<T> sleep(Duration after, T value, Site site = EDDY_HERE) {
    detail::ValueNode<T>* node = detail::SleepNode<T>::make(core(), site, after, std::move(value));
    return detail::make_future(node);
  }
  /// Resolves in the next turn, after the kernel's events of this one were looked at.
  /// Cancel: total.
  Future<void> next_turn(Site site = EDDY_HERE);

  /// A handle by which other threads run functions here.
  Poster poster() const;

  /// What the loop has counted. Thread: loop.
  const LoopStatistic& statistic() const noexcept;
  /// Replaces what happens to errors that nobody reads; the default is a log line. They are counted
  /// in any case.
  void on_unread_error(Function<void(const Error&, Site)> handler);

 private:
  friend detail::LoopCore& detail::core_of(Loop& loop) noexcept;
  friend struct detail::LoopImpl;

  detail::LoopCore& core() const noexcept { return *core_; }
  bool turn_for_result();
  Error stopped_result() const noexcept;

  detail::LoopCore* core_;
  std::unique_ptr<detail::LoopImpl> impl_;
};

inline detail::LoopCore& detail::core_of(Loop& loop) noexcept {
  return *loop.core_;
}

/// The Loop of this thread, or null.
EDDY_EXPORT Loop* this_thread_loop() noexcept;

}  // namespace eddy
