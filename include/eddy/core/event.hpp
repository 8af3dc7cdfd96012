// SPDX-License-Identifier: MIT
//
// A flag that can be waited for.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/future.hpp>

namespace eddy {

namespace detail {
class EventState;
}

/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed.
class EDDY_EXPORT Event {
 public:
  Event();
  Event(Event&& other) noexcept;
  Event& operator=(Event&& other) noexcept;
  ~Event();

  /// Wakes all who wait now, and lets everybody pass until clear().
  void set() noexcept;
  /// Who waited before and was woken by set() passes nevertheless.
  void clear() noexcept;
  bool is_set() const noexcept;

  /// Resolves when the flag is set; at once if it is.
  /// Cancel: total.
  [[nodiscard]] Future<void> wait(Site site = EDDY_HERE);

 private:
  detail::CountedPtr<detail::EventState> state_;
};

}  // namespace eddy
