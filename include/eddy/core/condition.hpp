// SPDX-License-Identifier: MIT
//
// Waits until the state behind a Mutex is as it should be.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/detail/counted.hpp>
#include <eddy/core/mutex.hpp>

#include <cstddef>

namespace eddy {

namespace detail {
class ConditionState;
}

/// Thread: loop.
/// Lifetime: may outlive its Mutex, and is of no use then. Who still waits when either of them is
/// destroyed fails with Errc::closed; who waits with a predicate too if it was notified already.
class EDDY_EXPORT Condition {
 public:
  explicit Condition(Mutex& mutex);
  Condition(Condition&& other) noexcept;
  Condition& operator=(Condition&&) = delete;
  ~Condition();

  /// Unlocks, waits for a notification, and locks again.
  ///
  /// Errors: Errc::invalid if `guard` holds nothing, or another mutex.
  /// Cancel: total; the mutex is then not locked, and a notification that was on its way goes to
  /// the next who waits.
  [[nodiscard]] Future<Mutex::Guard> wait(Mutex::Guard guard, Site site = EDDY_HERE);

  /// The same until `predicate` is true, which is asked at once and after each notification, with
  /// the mutex locked. What it throws ends the wait.
  [[nodiscard]] Future<Mutex::Guard> wait(Mutex::Guard guard,
                                          Function<bool()> predicate,
                                          Site site = EDDY_HERE);

  /// Wakes those who have waited longest, at most `count`. The mutex need not be locked.
  void notify(std::size_t count = 1) noexcept;
  /// Wakes all who wait now.
  void notify_all() noexcept;

  std::size_t waiting() const noexcept;

 private:
  detail::CountedPtr<detail::ConditionState> state_;
};

}  // namespace eddy
