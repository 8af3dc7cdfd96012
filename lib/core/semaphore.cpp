// SPDX-License-Identifier: MIT
#include <eddy/core/semaphore.hpp>

#include <string>
#include <utility>

#include "core/semaphore_state.hpp"

namespace eddy {

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
