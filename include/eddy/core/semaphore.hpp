// SPDX-License-Identifier: MIT
//
// A bounded number of permits: so many may do something at a time, the others wait in line.
//
// For one holder at a time see core/mutex.hpp, for readers and writers core/shared_mutex.hpp.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace eddy {

namespace detail {
class SemaphoreState;
}

/// What acquire() gives: so many permits, which go back when it is destroyed.
///
/// Thread: loop.
/// Lifetime: may outlive its Semaphore.
class EDDY_EXPORT Permit {
 public:
  /// Holds nothing.
  Permit() noexcept;
  Permit(Permit&& other) noexcept;
  Permit& operator=(Permit&& other) noexcept;
  ~Permit();

  /// Gives the permits back now.
  void release() noexcept;
  /// Never gives them back: whoever calls Semaphore::release() does.
  void forget() noexcept;
  /// How many it holds.
  std::size_t count() const noexcept { return count_; }
  explicit operator bool() const noexcept { return count_ != 0; }

 private:
  friend class detail::SemaphoreState;
  Permit(detail::CountedPtr<detail::SemaphoreState> from, std::size_t count) noexcept;

  detail::CountedPtr<detail::SemaphoreState> from_;
  std::size_t count_ = 0;
};

/// Permits, given out first come, first served: a large request is never overtaken by small ones.
///
/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed.
class EDDY_EXPORT Semaphore {
 public:
  explicit Semaphore(std::size_t permits);
  Semaphore(Semaphore&& other) noexcept;
  Semaphore& operator=(Semaphore&& other) noexcept;
  ~Semaphore();

  /// Resolves when `count` permits are free and all who came before have theirs.
  /// Cancel: total; a permit that was granted and not taken goes to the next.
  [[nodiscard]] Future<Permit> acquire(std::size_t count = 1, Site site = EDDY_HERE);
  /// Without waiting: nothing if too few are free, or if somebody waits already.
  [[nodiscard]] std::optional<Permit> try_acquire(std::size_t count = 1) noexcept;
  /// Adds permits. More than were taken raise the number for good, as asyncio's Semaphore has it.
  /// More than a std::size_t counts stop the program.
  void release(std::size_t count = 1) noexcept;

  std::size_t available() const noexcept;
  /// How many callers of acquire() wait.
  std::size_t waiting() const noexcept;

 private:
  friend class BoundedSemaphore;
  friend class Condition;
  std::size_t forgotten() const noexcept;

  detail::CountedPtr<detail::SemaphoreState> state_;
};

/// A Semaphore that never has more permits than it was made with.
class EDDY_EXPORT BoundedSemaphore {
 public:
  explicit BoundedSemaphore(std::size_t permits) : semaphore_(permits), bound_(permits) {}

  /// As of Semaphore. Errors: Errc::invalid if `count` can never be there.
  [[nodiscard]] Future<Permit> acquire(std::size_t count = 1, Site site = EDDY_HERE);
  [[nodiscard]] std::optional<Permit> try_acquire(std::size_t count = 1) noexcept {
    return semaphore_.try_acquire(count);
  }
  /// Gives back permits that were forgotten. Errors: Errc::invalid for more than that, and none of
  /// them counts.
  Result<void> release(std::size_t count = 1);

  std::size_t available() const noexcept { return semaphore_.available(); }
  std::size_t waiting() const noexcept { return semaphore_.waiting(); }
  std::size_t bound() const noexcept { return bound_; }

 private:
  Semaphore semaphore_;
  std::size_t bound_;
};

}  // namespace eddy
