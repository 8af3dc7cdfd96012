// SPDX-License-Identifier: MIT
//
// Coarse time limits for many connections: arming and cancelling is a few pointer writes.
//
// One wheel a loop, for limits that are usually not reached (idle, head, write). They fire up to
// one tick late, never early. For exact points in time use core/timer.hpp.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/fwd.hpp>

#include <cstdint>

namespace eddy {

namespace detail {
class Wheel;
}

/// A limit of time, as a member of the object that it watches over.
///
/// Thread: loop.
/// Lifetime: leaves the wheel when it is destroyed; may outlive the loop.
class EDDY_EXPORT Limit : private detail::ListLink<Limit> {
 public:
  /// How late a limit may fire.
  static constexpr Duration tick = std::chrono::milliseconds(250);

  /// `on_due` is called with this Limit, cancelled; it may start or destroy it.
  explicit Limit(void (*on_due)(Limit&) noexcept) noexcept : on_due_(on_due) {}
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

  /// Starts, or starts anew. Zero or less means no limit.
  void start(Loop& loop, Duration after) noexcept;
  /// The same for a caller who has just read the loop's clock.
  void start(Loop& loop, Duration after, TimePoint now) noexcept;
  void cancel() noexcept { unlink(); }
  bool armed() const noexcept { return linked(); }

 private:
  friend class detail::Wheel;
  friend class detail::List<Limit>;

  std::uint64_t due_tick_ = 0;
  void (*on_due_)(Limit&) noexcept;
};

}  // namespace eddy
