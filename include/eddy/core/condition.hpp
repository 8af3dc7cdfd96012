// SPDX-License-Identifier: MIT
//
// Waits until the state behind a Mutex is as it should be.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/mutex.hpp>

#include <cstddef>
#include <utility>

namespace eddy {

namespace detail {
class ConditionState;

/// A notification on its way to whoever it was for; it goes to the next if that one is dropped.
class EDDY_EXPORT Wakeup {
 public:
  explicit Wakeup(CountedPtr<ConditionState> from) noexcept;
  Wakeup(Wakeup&& other) noexcept;
  Wakeup& operator=(Wakeup&&) = delete;
  ~Wakeup();
  void arrived() noexcept;

 private:
  CountedPtr<ConditionState> from_;
};
}  // namespace detail

/// Thread: loop.
/// Lifetime: ends before its Mutex. Who still waits when it is destroyed fails with Errc::closed.
class EDDY_EXPORT Condition {
 public:
  explicit Condition(Mutex& mutex);
  Condition(Condition&& other) noexcept;
  Condition& operator=(Condition&&) = delete;
  ~Condition();

  /// Unlocks, waits for a notification, and locks again.
  ///
  /// Errors: Errc::invalid if `guard` holds nothing.
  /// Cancel: total; the mutex is then not locked, and a notification that was on its way goes to
  /// the next who waits.
  [[nodiscard]] Future<Mutex::Guard> wait(Mutex::Guard guard, Site site = EDDY_HERE);

  /// The same until `predicate` is true, which is asked at once and after each notification, with
  /// the mutex locked.
  template <class Predicate>
  [[nodiscard]] Future<Mutex::Guard> wait(Mutex::Guard guard,
                                          Predicate predicate,
                                          Site site = EDDY_HERE) {
    if (predicate()) return ready_future(std::move(guard), site);
    return wait(std::move(guard), site)
        .then(
            [this, predicate = std::move(predicate), site](Mutex::Guard locked) mutable {
              return wait(std::move(locked), std::move(predicate), site);
            },
            site);
  }

  /// Wakes those who have waited longest, at most `count`. The mutex need not be locked.
  void notify(std::size_t count = 1) noexcept;
  /// Wakes all who wait now.
  void notify_all() noexcept;

  std::size_t waiting() const noexcept;

 private:
  Mutex* mutex_;
  detail::CountedPtr<detail::ConditionState> state_;
};

}  // namespace eddy
