// SPDX-License-Identifier: MIT
#include <eddy/core/detail/waiter.hpp>
#include <eddy/core/event.hpp>
#include <eddy/core/latch.hpp>

#include <string>

namespace eddy {

namespace detail {

class EventState final : public Counted {
 public:
  static constexpr const char* waited_for = "an event";

  /// Wakes those who wait now: who waits anew in a destructor on the way is not among them.
  void set() noexcept {
    const CountedPtr<EventState> hold(this);
    is_set = true;
    const std::size_t before = ++times_set;
    while (!waiters.empty() && waiters.front().key < before)
      waiters.pop_front().settle_value();
  }
  void close() noexcept {
    const CountedPtr<EventState> hold(this);
    const Error gone(Errc::closed, "event");
    while (!waiters.empty())
      waiters.pop_front().settle_error(gone);
  }
  void left() noexcept {}

  Waiters<void, EventState> waiters;
  bool is_set = false;
  std::size_t times_set = 0;  // the key of those who wait
};

}  // namespace detail

Event::Event() : state_(new detail::EventState) {}
Event::Event(Event&& other) noexcept = default;
Event& Event::operator=(Event&& other) noexcept {
  const Event old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}
Event::~Event() {
  if (state_) state_->close();
}

void Event::set() noexcept {
  state_->set();
}

void Event::clear() noexcept {
  state_->is_set = false;
}

bool Event::is_set() const noexcept {
  return state_->is_set;
}

Future<void> Event::wait(Site site) {
  if (state_->is_set) return ready_future(site);
  return detail::wait_in_line<void>(*state_, site, state_->times_set);
}

Latch::Latch(std::size_t count) : count_(count) {
  if (count == 0) open_.set();
}

Result<void> Latch::count_down(std::size_t by) {
  if (by > count_) {
    return Error(Errc::invalid,
                 "latch: count_down by " + std::to_string(by) + ", but " + std::to_string(count_) +
                     " is left");
  }
  count_ -= by;
  if (count_ == 0) open_.set();
  return {};
}

}  // namespace eddy
