// SPDX-License-Identifier: MIT
//
// The links that wait for time: sleep and timeout.
//
// Not for users.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>

#include <algorithm>
#include <utility>

namespace eddy::detail {

/// A leaf that settles with a value when its time has come.
template <class T>
class SleepNode final : public Pooled<SleepNode<T>, LeafNode<T>>, private TimerEntry {
  using Base = Pooled<SleepNode<T>, LeafNode<T>>;

 public:
  template <class... Value>
  SleepNode(LoopCore& owner, Site site, Duration after, Value&&... value)
      : Base(owner, site),
        TimerEntry([](TimerEntry* entry) noexcept { static_cast<SleepNode*>(entry)->wake(); }),
        pending_(std::forward<Value>(value)...) {
    arm(owner, *this, after);
  }
  ~SleepNode() override { disarm(*this->core, *this); }
  const char* waits_for() const noexcept override { return "a sleep"; }

 private:
  void stop() noexcept override { disarm(*this->core, *this); }
  void wake() noexcept { this->settle_value(std::move(pending_)); }

  [[no_unique_address]] Stored<T> pending_;
};

/// How long the clean-up of an expired chain may take before it is dropped.
inline constexpr Duration timeout_grace = std::chrono::seconds(5);

/// How long something may take, at most until the deadline of the running task.
struct TimeLimit {
  Duration wait;          // from now
  Duration limit;         // as it was set, now or when the deadline was
  bool deadline = false;  // whether it is the task's deadline that comes first
};
/// The tighter of `limit` and what is left until the task's deadline.
EDDY_EXPORT TimeLimit clip_to_deadline(LoopCore& core, Duration limit) noexcept;

/// Errc::timed_out; the context has the limit, of the call or of the deadline around it, and what
/// has passed since `start` if the loop lives.
EDDY_EXPORT Error timed_out_error(const LoopCore& core,
                                  TimePoint start,
                                  Duration limit,
                                  bool deadline = false) noexcept;

/// timeout(): the first to settle wins; on expiry soft cancel, clean-up within the grace, then
/// drop.
template <class T>
class TimeoutNode final : public Pooled<TimeoutNode<T>, ValueNode<T>>, private TimerEntry {
  using Base = Pooled<TimeoutNode<T>, ValueNode<T>>;

 public:
  TimeoutNode(LoopCore& owner, Site site, Duration limit)
      : Base(owner, site),
        TimerEntry([](TimerEntry* entry) noexcept { static_cast<TimeoutNode*>(entry)->wake(); }) {
    const TimeLimit clipped = clip_to_deadline(owner, limit);
    limit_ = clipped.limit;
    deadline_ = clipped.deadline;
    arm(owner, *this, clipped.wait);
  }
  ~TimeoutNode() override { disarm(*this->core, *this); }

  void cancel() noexcept override {}
  /// A cancel from outside. After the expiry it waits for the work, which is being cancelled
  /// anyway.
  bool stops_cancel() noexcept override {
    canceled_ = true;
    return expired_;
  }
  /// The expiry's own cancel ends here.
  void inherit_cancel() noexcept override {
    if (!expired_) this->cancel_pending = true;
  }

  bool advance() noexcept override {
    disarm(*this->core, *this);
    auto* from = static_cast<ValueNode<T>*>(this->input);
    if (!expired_) return this->hand_on(from);
    if (this->lends(from)) from->dropped = true;  // it came too late, and goes back
    return this->settle_after(from, store_expiry());
  }

 private:
  void wake() noexcept {
    if (!expired_) {
      expired_ = true;
      start_ = due - std::max(limit_, Duration::zero());
      arm(*this->core, *this, timeout_grace);
      soft_cancel(this->input);
      return;
    }
    // The drop runs destructors of the user, and one of them may drop this very chain.
    this->state = NodeState::running;
    drop(std::exchange(this->input, nullptr));
    this->state = store_expiry();
    if (this->dropped) {
      this->take_error();
      this->destroy();
    } else {
      propagate(this);
    }
  }

  /// A cancel that came from outside, whichever was first, says more than the expiry, and is
  /// delivered thereby.
  NodeState store_expiry() noexcept {
    const bool canceled = std::exchange(this->cancel_pending, false) || canceled_;
    if (canceled) return this->store_error(canceled_error(*this));
    return this->store_error(timed_out_error(*this->core, start_, limit_, deadline_));
  }

  Duration limit_;
  TimePoint start_{};  // once expired
  bool deadline_;
  bool expired_ = false;
  bool canceled_ = false;  // from outside
};

}  // namespace eddy::detail
