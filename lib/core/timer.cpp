// SPDX-License-Identifier: MIT
#include <eddy/core/timer.hpp>

#include <utility>

#include "core/loop_impl.hpp"

namespace eddy {

/// Lives until the timer is gone and its callback has returned.
struct Timer::Entry : detail::TimerEntry {
  Entry(detail::LoopCore& owner, Function<void()>&& function, Site where) noexcept
      : TimerEntry(&Entry::on_due), core(owner), callback(std::move(function)), site(where) {}

  static void on_due(TimerEntry* due) noexcept {
    auto* entry = static_cast<Entry*>(due);
    entry->calling = true;
    {
      const detail::SlowCheck slow(*entry->core.loop, entry->site);
      detail::guarded(entry->core, entry->site, entry->callback);
    }
    entry->calling = false;
    if (entry->abandoned) delete entry;
  }

  detail::LoopCore& core;
  Function<void()> callback;
  Site site;
  bool calling = false;
  bool abandoned = false;
};

Timer::Timer(Loop& loop, Function<void()> callback, Site site)
    : entry_(new Entry(detail::core_of(loop), std::move(callback), site)) {
  entry_->core.hold();
}

Timer::~Timer() {
  const detail::CoreHold hold(entry_->core);
  --entry_->core.holds;
  stop();
  if (entry_->calling) {
    entry_->abandoned = true;
  } else {
    delete entry_;
  }
}

void Timer::start(Duration after) noexcept {
  detail::arm(entry_->core, *entry_, after);
}

void Timer::start_at(TimePoint due) noexcept {
  detail::arm_at(entry_->core, *entry_, due);
}

void Timer::stop() noexcept {
  detail::disarm(entry_->core, *entry_);
}

bool Timer::armed() const noexcept {
  return entry_->armed();
}

}  // namespace eddy
