// SPDX-License-Identifier: MIT
#include <eddy/core/wheel.hpp>

#include <algorithm>
#include <iterator>

#include "core/loop_impl.hpp"
#include "core/wheel_impl.hpp"

namespace eddy {

void Limit::start(Loop& loop, Duration after) noexcept {
  start(loop, after, loop.now());
}

void Limit::start(Loop& loop, Duration after, TimePoint now) noexcept {
  if (after <= Duration::zero()) return cancel();
  detail::LoopImpl::of(loop).wheel->add(*this, after, now);
}

namespace detail {

Wheel::Wheel(LoopCore& owner) noexcept
    : TimerEntry([](TimerEntry* entry) noexcept { static_cast<Wheel*>(entry)->advance(); }),
      core_(owner) {}

TimePoint Wheel::end_of(std::uint64_t tick) noexcept {
  return TimePoint(Limit::tick * static_cast<Duration::rep>(tick + 1));
}

std::uint64_t Wheel::tick_of(TimePoint time) const noexcept {
  return static_cast<std::uint64_t>(time.time_since_epoch() / Limit::tick);
}

void Wheel::add(Limit& limit, Duration after, TimePoint now) noexcept {
  if (!armed()) {
    passed_ = tick_of(now);
    arm_at(core_, *this, end_of(passed_));
  }
  // The tick that begins after the limit has passed: up to one late, never early.
  const std::uint64_t due = tick_of(later(now, after)) + 1;
  // A limit that is put off stays where it hangs, which touches no neighbour: its slot comes up
  // first and moves it on.
  const bool put_off = limit.armed() && due >= limit.due_tick_;
  limit.due_tick_ = due;
  if (put_off) return;
  limit.cancel();
  slots_[due % slots].push_back(limit);
}

void Wheel::advance() noexcept {
  const std::uint64_t now = tick_of(core_.loop->clock->now());
  // First, so that a limit that starts in a callback finds the wheel turning.
  arm_at(core_, *this, end_of(now));
  // After a long stall every slot is looked at once, not every tick that was missed.
  const std::uint64_t first = now - passed_ > slots ? now - slots : passed_;
  for (std::uint64_t tick = first + 1; tick <= now; ++tick) {
    passed_ = now;
    fire_slot(tick);
  }
  if (empty()) disarm(core_, *this);
}

bool Wheel::empty() const noexcept {
  return std::all_of(
      std::begin(slots_), std::end(slots_), [](const List<Limit>& slot) { return slot.empty(); });
}

void Wheel::fire_slot(std::uint64_t tick) noexcept {
  List<Limit> slot;
  slot.take(slots_[tick % slots]);
  while (!slot.empty()) {
    Limit& limit = slot.pop_front();
    if (limit.due_tick_ > passed_) {
      slots_[limit.due_tick_ % slots].push_back(limit);
    } else {
      limit.on_due_(limit);
    }
  }
}

}  // namespace detail
}  // namespace eddy
