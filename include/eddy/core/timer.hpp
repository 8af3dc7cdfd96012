// SPDX-License-Identifier: MIT
//
// Calls a function when a time has come, as often as it is started.
//
// For one wait inside a chain use Loop::sleep; for a job that comes back use the Periodic service.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/base/site.hpp>
#include <eddy/core/detail/timer_entry.hpp>

namespace eddy {

/// A timer that is armed again and again by its owner.
///
/// The callback may stop, start or destroy the timer.
/// Thread: loop.
/// Lifetime: may outlive its loop, and does nothing then.
class EDDY_EXPORT Timer {
 public:
  Timer(Loop& loop, Function<void()> callback, Site site = EDDY_HERE);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  /// Calls the callback once, `after` from now. A timer that is armed starts anew.
  void start(Duration after) noexcept;
  /// Calls it once at `due`, at once if that is past.
  void start_at(TimePoint due) noexcept;
  void stop() noexcept;
  bool armed() const noexcept;

 private:
  struct Entry;
  Entry* entry_;
};

}  // namespace eddy
