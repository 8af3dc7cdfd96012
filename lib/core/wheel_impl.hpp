// SPDX-License-Identifier: MIT
//
// The wheel that Limits hang on: one list for each tick of the near future. Private to core.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/wheel.hpp>

namespace eddy::detail {

/// A limit further away than one round stays in its slot and is passed over until its round comes.
class Wheel final : private TimerEntry {
 public:
  explicit Wheel(LoopCore& owner) noexcept;

  void add(Limit& limit, Duration after, TimePoint now) noexcept;
  /// Whether the wheel itself stands in the heap of timers.
  bool turning() const noexcept { return armed(); }

 private:
  static constexpr std::uint64_t slots =
      512;  // about two minutes a round: longer than usual limits

  static TimePoint end_of(std::uint64_t tick) noexcept;
  std::uint64_t tick_of(TimePoint time) const noexcept;
  void advance() noexcept;
  void fire_slot(std::uint64_t tick) noexcept;
  bool empty() const noexcept;

  LoopCore& core_;
  std::uint64_t passed_ = 0;  // the last tick whose slot was looked at
  List<Limit> slots_[slots];
};

}  // namespace eddy::detail
