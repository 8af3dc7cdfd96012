// SPDX-License-Identifier: MIT
#include <eddy/core/condition.hpp>
#include <eddy/core/detail/waiter.hpp>

#include <optional>
#include <utility>

#include "core/semaphore_state.hpp"

namespace eddy {

namespace detail {

/// A notification on its way to whoever it was for; it goes to the next if that one is dropped.
class Wakeup {
 public:
  explicit Wakeup(CountedPtr<ConditionState> from) noexcept : from_(std::move(from)) {}
  Wakeup(Wakeup&& other) noexcept = default;
  Wakeup& operator=(Wakeup&&) = delete;
  ~Wakeup();
  void arrived() noexcept { from_ = {}; }

 private:
  CountedPtr<ConditionState> from_;
};

/// Those who wait, and the mutex that they lock again. Either may outlive its handle.
class ConditionState final : public Counted {
 public:
  static constexpr const char* waited_for = "a condition";

  explicit ConditionState(CountedPtr<SemaphoreState> mutex) noexcept : mutex_(std::move(mutex)) {}

  Future<Mutex::Guard> wait(Mutex::Guard guard, Site site) {
    if (std::optional<Error> why = refusal(guard)) {
      return failed_future<Mutex::Guard>(*std::move(why), site);
    }
    Future<Wakeup> woken = wait_in_line<Wakeup>(*this, site);
    ++waiting;
    guard.release();
    return std::move(woken).then(
        [mutex = mutex_, site](Wakeup wakeup) {
          return mutex->acquire(1, site).then(
              [wakeup = std::move(wakeup)](Mutex::Guard locked) mutable {
                wakeup.arrived();
                return locked;
              },
              site);
        },
        site);
  }
  Future<Mutex::Guard> wait(Mutex::Guard guard, Function<bool()> predicate, Site site) {
    if (std::optional<Error> why = refusal(guard)) {
      return failed_future<Mutex::Guard>(*std::move(why), site);
    }
    try {
      if (predicate()) return ready_future(std::move(guard), site);
    } catch (...) {
      return failed_future<Mutex::Guard>(Error(std::current_exception()), site);
    }
    return wait(std::move(guard), site)
        .then(
            [self = CountedPtr(this), predicate = std::move(predicate), site](
                Mutex::Guard locked) mutable {
              return self->wait(std::move(locked), std::move(predicate), site);
            },
            site);
  }

  void notify(std::size_t count) noexcept {
    const CountedPtr<ConditionState> hold(this);
    for (; count > 0 && !waiters.empty(); --count) {
      --waiting;
      waiters.pop_front().settle_value(Wakeup(hold));
    }
  }
  void close() noexcept {
    const CountedPtr<ConditionState> hold(this);
    closed_ = true;
    const Error gone(Errc::closed, "condition");
    while (!waiters.empty()) {
      --waiting;
      waiters.pop_front().settle_error(gone);
    }
  }
  void left() noexcept { --waiting; }

  Waiters<Wakeup, ConditionState> waiters;
  std::size_t waiting = 0;

 private:
  std::optional<Error> refusal(const Mutex::Guard& guard) const {
    if (closed_) return Error(Errc::closed, "condition");
    if (!guard) return Error(Errc::invalid, "wait() needs the mutex locked");
    if (!mutex_->gave(guard)) return Error(Errc::invalid, "wait() with the guard of another mutex");
    return std::nullopt;
  }

  const CountedPtr<SemaphoreState> mutex_;
  bool closed_ = false;
};

Wakeup::~Wakeup() {
  if (from_) from_->notify(1);
}

}  // namespace detail

Condition::Condition(Mutex& mutex) : state_(new detail::ConditionState(mutex.semaphore_.state_)) {}
Condition::Condition(Condition&& other) noexcept = default;
Condition::~Condition() {
  if (state_) state_->close();
}

Future<Mutex::Guard> Condition::wait(Mutex::Guard guard, Site site) {
  return state_->wait(std::move(guard), site);
}

Future<Mutex::Guard> Condition::wait(Mutex::Guard guard, Function<bool()> predicate, Site site) {
  return state_->wait(std::move(guard), std::move(predicate), site);
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
