// SPDX-License-Identifier: MIT
#include <eddy/core/detail/waiter.hpp>
#include <eddy/core/semaphore.hpp>

#include <algorithm>
#include <string>

namespace eddy {

namespace detail {

class SemaphoreState final : public Counted {
 public:
  static constexpr const char* waited_for = "a permit";

  explicit SemaphoreState(std::size_t permits) noexcept : available_(permits) {}

  Future<Permit> acquire(std::size_t count, Site site) {
    if (std::optional<Permit> now = try_acquire(count)) return ready_future(*std::move(now), site);
    ++waiting_;
    return wait_in_line<Permit>(*this, site, count);
  }
  std::optional<Permit> try_acquire(std::size_t count) noexcept {
    if (!waiters.empty() || count > available_) return std::nullopt;
    available_ -= count;
    return Permit(CountedPtr<SemaphoreState>(this), count);
  }
  void give(std::size_t count) noexcept {
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
    const Error gone(Errc::closed, "semaphore");
    while (!waiters.empty()) {
      --waiting_;
      waiters.pop_front().settle_error(gone);
    }
  }

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
};

}  // namespace detail

using detail::CountedPtr;
using detail::SemaphoreState;

Permit::Permit() noexcept = default;
Permit::Permit(CountedPtr<SemaphoreState> from, std::size_t count) noexcept
    : from_(std::move(from)), count_(count) {}
Permit::Permit(Permit&& other) noexcept
    : from_(std::move(other.from_)), count_(std::exchange(other.count_, 0)) {}
Permit& Permit::operator=(Permit&& other) noexcept {
  const Permit old(std::move(*this));
  from_ = std::move(other.from_);
  count_ = std::exchange(other.count_, 0);
  return *this;
}
Permit::~Permit() {
  release();
}

void Permit::release() noexcept {
  const CountedPtr<SemaphoreState> from = std::move(from_);
  const std::size_t count = std::exchange(count_, 0);
  if (count != 0) from->give(count);
}

void Permit::forget() noexcept {
  if (count_ != 0) from_->forget(std::exchange(count_, 0));
  from_ = {};
}

Semaphore::Semaphore(std::size_t permits) : state_(new SemaphoreState(permits)) {}
Semaphore::Semaphore(Semaphore&& other) noexcept = default;
Semaphore& Semaphore::operator=(Semaphore&& other) noexcept {
  const Semaphore old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}
Semaphore::~Semaphore() {
  if (state_) state_->close();
}

Future<Permit> Semaphore::acquire(std::size_t count, Site site) {
  return state_->acquire(count, site);
}

std::optional<Permit> Semaphore::try_acquire(std::size_t count) noexcept {
  return state_->try_acquire(count);
}

void Semaphore::release(std::size_t count) noexcept {
  state_->release(count);
}

std::size_t Semaphore::forgotten() const noexcept {
  return state_->forgotten();
}

std::size_t Semaphore::available() const noexcept {
  return state_->available();
}

std::size_t Semaphore::waiting() const noexcept {
  return state_->waiting();
}

Future<Permit> BoundedSemaphore::acquire(std::size_t count, Site site) {
  if (count <= bound_) return semaphore_.acquire(count, site);
  std::string why = "acquire of " + std::to_string(count) + " permits, of which there are " +
                    std::to_string(bound_);
  return failed_future<Permit>(Error(Errc::invalid, why), site);
}

Result<void> BoundedSemaphore::release(std::size_t count) {
  if (count > semaphore_.forgotten()) {
    return Error(Errc::invalid, "release of more permits than were acquired and forgotten");
  }
  semaphore_.release(count);
  return {};
}

}  // namespace eddy
