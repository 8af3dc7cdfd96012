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
    entry->call();
    entry->calling = false;
    if (entry->abandoned) delete entry;
  }

  /// The callback belongs to the task that started the timer.
  void call() noexcept {
    detail::TaskUse* const starter = std::exchange(task, nullptr);  // it may be started anew
    detail::TaskUse* const outer = std::exchange(core.current_task, starter);
    {
      const detail::SlowCheck slow(*core.loop, site);
      detail::guarded(core, site, callback);
    }
    core.current_task = outer;
    detail::release_task(starter);
  }
  void follow(detail::TaskUse* starter) noexcept {
    detail::retain_task(starter);
    detail::release_task(std::exchange(task, starter));
  }

  detail::LoopCore& core;
  Function<void()> callback;
  Site site;
  detail::TaskUse* task = nullptr;  // whose start() armed it
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
  entry_->follow(entry_->core.current_task);
  detail::arm(entry_->core, *entry_, after);
}

void Timer::start_at(TimePoint due) noexcept {
  entry_->follow(entry_->core.current_task);
  detail::arm_at(entry_->core, *entry_, due);
}

void Timer::stop() noexcept {
  detail::disarm(entry_->core, *entry_);
  entry_->follow(nullptr);
}

bool Timer::armed() const noexcept {
  return entry_->armed();
}

}  // namespace eddy
