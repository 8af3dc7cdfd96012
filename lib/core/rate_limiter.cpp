// SPDX-License-Identifier: MIT
#include <eddy/core/detail/waiter.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/rate_limiter.hpp>
#include <eddy/core/timer.hpp>

#include <algorithm>
#include <string>

namespace eddy {

namespace detail {

/// Keeps one point in time, that at which the bucket is full: each token that is taken puts it off
/// by the time in which one comes back. So there is nothing to count, and no error adds up.
class RateLimiterState final : public Counted {
 public:
  static constexpr const char* waited_for = "tokens";

  RateLimiterState(Loop& loop, Duration interval, std::size_t burst)
      : interval_(interval),
        burst_(burst),
        full_at_(loop.now()),
        timer_(loop, [this] { grant(); }) {}

  Future<void> acquire(std::size_t count, Site site) {
    if (count > burst_) return failed_future<void>(too_many(count), site);
    if (try_acquire(count)) return served_at_once<void>(*this, site, count);
    Future<void> waiting = wait_in_line<void>(*this, site, count);
    ++waiting_;
    grant();
    return waiting;
  }
  bool try_acquire(std::size_t count) noexcept {
    if (!waiters.empty() || count > available()) return false;
    spend(count);
    return true;
  }
  /// Tokens come back whose waiter died before it went on.
  void untaken(Waiter<void, RateLimiterState>& waiter) noexcept {
    full_at_ -= length(waiter.key);
    grant();
  }
  /// A waiter has gone: those behind it may have wanted less.
  void left() noexcept {
    --waiting_;
    grant();
  }
  void close() noexcept {
    const CountedPtr<RateLimiterState> hold(this);
    const Error gone(Errc::closed, "rate limiter");
    timer_.stop();
    while (!waiters.empty()) {
      --waiting_;
      waiters.pop_front().settle_error(gone);
    }
  }

  std::size_t available() const noexcept {
    const Duration missing = full_at_ - now();
    if (missing <= Duration::zero()) return burst_;
    const auto taken = static_cast<std::size_t>((missing + interval_ - Duration(1)) / interval_);
    return burst_ - std::min(taken, burst_);
  }
  std::size_t waiting() const noexcept { return waiting_; }
  std::size_t burst() const noexcept { return burst_; }

  Waiters<void, RateLimiterState> waiters;

 private:
  /// Without a loop no time passes any more.
  TimePoint now() const noexcept {
    Loop* const loop = this_thread_loop();
    return loop != nullptr ? loop->now() : full_at_;
  }
  Duration length(std::size_t tokens) const noexcept {
    return interval_ * static_cast<Duration::rep>(tokens);
  }
  void spend(std::size_t count) noexcept {
    full_at_ = later(std::max(full_at_, now()), length(count));
  }

  /// What a grant sets off may give tokens back at once: the outermost call goes on with them.
  void grant() noexcept {
    if (granting_) return;
    const CountedPtr<RateLimiterState> hold(this);
    granting_ = true;
    while (!waiters.empty() && waiters.front().key <= available()) {
      auto& next = waiters.pop_front();
      --waiting_;
      spend(next.key);
      next.settle_value();
    }
    granting_ = false;
    if (waiters.empty()) return timer_.stop();
    timer_.start_at(full_at_ - length(burst_ - waiters.front().key));
  }
  Error too_many(std::size_t count) const {
    return Error(Errc::invalid,
                 "acquire of " + std::to_string(count) + " tokens, but the burst is " +
                     std::to_string(burst_));
  }

  const Duration interval_;
  const std::size_t burst_;
  TimePoint full_at_;
  std::size_t waiting_ = 0;
  bool granting_ = false;
  Timer timer_;
};

}  // namespace detail

namespace {

Duration interval_of(const RateLimiter::Config& config) noexcept {
  const std::size_t tokens = config.tokens;
  EDDY_ASSERT(tokens > 0, "a RateLimiter without tokens would hold everybody up for ever");
  EDDY_ASSERT(
      config.per > Duration::zero() && tokens <= static_cast<std::size_t>(config.per.count()),
      "a RateLimiter gives at most a token a nanosecond");
  const auto count = static_cast<Duration::rep>(tokens);
  const Duration rest = config.per % count;
  return config.per / count + (rest > Duration::zero() ? Duration(1) : Duration::zero());
}

std::size_t burst_of(const RateLimiter::Config& config, Duration interval) noexcept {
  const std::size_t burst = config.burst.value_or(config.tokens);
  EDDY_ASSERT(burst > 0, "a RateLimiter without a burst would hold everybody up for ever");
  EDDY_ASSERT(burst <= static_cast<std::size_t>(Duration::max() / interval / 2),
              "the bucket of a RateLimiter would need centuries to fill");
  return burst;
}

}  // namespace

RateLimiter::RateLimiter(Loop& loop, Config config) {
  const Duration interval = interval_of(config);
  state_ = detail::CountedPtr<detail::RateLimiterState>(
      new detail::RateLimiterState(loop, interval, burst_of(config, interval)));
}
RateLimiter::RateLimiter(RateLimiter&& other) noexcept = default;
RateLimiter& RateLimiter::operator=(RateLimiter&& other) noexcept {
  const RateLimiter old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}
RateLimiter::~RateLimiter() {
  if (state_) state_->close();
}

Future<void> RateLimiter::acquire(std::size_t count, Site site) {
  return state_->acquire(count, site);
}

bool RateLimiter::try_acquire(std::size_t count) noexcept {
  return state_->try_acquire(count);
}

std::size_t RateLimiter::available() const noexcept {
  return state_->available();
}

std::size_t RateLimiter::waiting() const noexcept {
  return state_->waiting();
}

std::size_t RateLimiter::burst() const noexcept {
  return state_->burst();
}

}  // namespace eddy
