// SPDX-License-Identifier: MIT
//
// A Semaphore from the inside: what it shares with its permits, and with a Condition on its Mutex.
//
// Private to core.
#pragma once

#include <eddy/core/detail/waiter.hpp>
#include <eddy/core/semaphore.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace eddy::detail {

class SemaphoreState final : public Counted {
 public:
  static constexpr const char* waited_for = "a permit";

  explicit SemaphoreState(std::size_t permits) noexcept : available_(permits) {}

  Future<Permit> acquire(std::size_t count, Site site) {
    if (closed_) return failed_future<Permit>(Error(Errc::closed, "semaphore"), site);
    if (std::optional<Permit> now = try_acquire(count)) return ready_future(*std::move(now), site);
    Future<Permit> waiting = wait_in_line<Permit>(*this, site, count);
    ++waiting_;
    return waiting;
  }
  std::optional<Permit> try_acquire(std::size_t count) noexcept {
    if (!waiters.empty() || count > available_) return std::nullopt;
    available_ -= count;
    return Permit(CountedPtr<SemaphoreState>(this), count);
  }
  void give(std::size_t count) noexcept {
    EDDY_ASSERT(count <= std::numeric_limits<std::size_t>::max() - available_,
                "release of more permits than can be counted");
    available_ += count;
    grant();
  }
  void forget(std::size_t count) noexcept { forgotten_ += count; }
  /// Permits that nobody holds and that were not given back.
  std::size_t forgotten() const noexcept { return forgotten_; }
  void release(std::size_t count) noexcept {
    forgotten_ -= std::min(count, forgotten_);
    give(count);
  }
  /// A waiter has gone: those behind it may have wanted less.
  void left() noexcept {
    --waiting_;
    grant();
  }
  void close() noexcept {
    const CountedPtr<SemaphoreState> hold(this);
    closed_ = true;
    const Error gone(Errc::closed, "semaphore");
    while (!waiters.empty()) {
      --waiting_;
      waiters.pop_front().settle_error(gone);
    }
  }

  bool gave(const Permit& permit) const noexcept { return permit.from_.get() == this; }
  std::size_t available() const noexcept { return available_; }
  std::size_t waiting() const noexcept { return waiting_; }

  Waiters<Permit, SemaphoreState> waiters;

 private:
  /// What a grant sets off may give permits back at once: the outermost call goes on with them.
  void grant() noexcept {
    if (granting_) return;
    const CountedPtr<SemaphoreState> hold(this);
    granting_ = true;
    while (!waiters.empty() && waiters.front().key <= available_) {
      auto& next = waiters.pop_front();
      --waiting_;
      available_ -= next.key;
      next.settle_value(Permit(CountedPtr<SemaphoreState>(this), next.key));
    }
    granting_ = false;
  }

  std::size_t available_;
  std::size_t waiting_ = 0;
  std::size_t forgotten_ = 0;
  bool granting_ = false;
  bool closed_ = false;
};

}  // namespace eddy::detail
