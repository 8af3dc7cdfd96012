// SPDX-License-Identifier: MIT
#include <eddy/core/condition.hpp>
#include <eddy/core/detail/waiter.hpp>

namespace eddy {

namespace detail {

class ConditionState final : public Counted {
 public:
  static constexpr const char* waited_for = "a condition";

  void notify(std::size_t count) noexcept {
    const CountedPtr<ConditionState> hold(this);
    for (; count > 0 && !waiters.empty(); --count) {
      --waiting;
      waiters.pop_front().settle_value(Wakeup(hold));
    }
  }
  void close() noexcept {
    const CountedPtr<ConditionState> hold(this);
    const Error gone(Errc::closed, "condition");
    while (!waiters.empty()) {
      --waiting;
      waiters.pop_front().settle_error(gone);
    }
  }
  void left() noexcept { --waiting; }

  Waiters<Wakeup, ConditionState> waiters;
  std::size_t waiting = 0;
};

Wakeup::Wakeup(CountedPtr<ConditionState> from) noexcept : from_(std::move(from)) {}
Wakeup::Wakeup(Wakeup&& other) noexcept = default;
Wakeup::~Wakeup() {
  if (from_) from_->notify(1);
}

void Wakeup::arrived() noexcept {
  from_ = {};
}

}  // namespace detail

using detail::Wakeup;

Condition::Condition(Mutex& mutex) : mutex_(&mutex), state_(new detail::ConditionState) {}
Condition::Condition(Condition&& other) noexcept = default;
Condition::~Condition() {
  if (state_) state_->close();
}

Future<Mutex::Guard> Condition::wait(Mutex::Guard guard, Site site) {
  if (!guard) {
    return failed_future<Mutex::Guard>(Error(Errc::invalid, "wait() needs the mutex locked"), site);
  }
  ++state_->waiting;
  Future<Wakeup> woken = detail::wait_in_line<Wakeup>(*state_, site);
  guard.release();
  return std::move(woken).then(
      [mutex = mutex_, site](Wakeup wakeup) {
        return mutex->lock(site).then(
            [wakeup = std::move(wakeup)](Mutex::Guard locked) mutable {
              wakeup.arrived();
              return locked;
            },
            site);
      },
      site);
}

void Condition::notify(std::size_t count) noexcept {
  state_->notify(count);
}

void Condition::notify_all() noexcept {
  state_->notify(state_->waiting);
}

std::size_t Condition::waiting() const noexcept {
  return state_->waiting;
}

}  // namespace eddy
