// SPDX-License-Identifier: MIT
//
// Many readers or one writer, first come, first served: neither starves.
#pragma once

#include <eddy/core/semaphore.hpp>

namespace eddy {

/// Shared or exclusive access. A reader who comes after a waiting writer waits for it.
///
/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed.
class SharedMutex {
 public:
  /// Unlocks when it is destroyed, or by release().
  using Guard = Permit;

  SharedMutex() : semaphore_(everybody) {}

  /// Exclusive. Cancel: total.
  [[nodiscard]] Future<Guard> lock(Site site = EDDY_HERE) {
    return semaphore_.acquire(everybody, site);
  }
  [[nodiscard]] std::optional<Guard> try_lock() noexcept {
    return semaphore_.try_acquire(everybody);
  }
  /// Shared. Cancel: total.
  [[nodiscard]] Future<Guard> lock_shared(Site site = EDDY_HERE) {
    return semaphore_.acquire(1, site);
  }
  [[nodiscard]] std::optional<Guard> try_lock_shared() noexcept {
    return semaphore_.try_acquire(1);
  }

  std::size_t readers() const noexcept {
    return written() ? 0 : everybody - semaphore_.available();
  }
  /// Whether a writer has it.
  bool written() const noexcept { return semaphore_.available() == 0; }
  std::size_t waiting() const noexcept { return semaphore_.waiting(); }

 private:
  static constexpr std::size_t everybody = ~std::size_t{0} / 2;  // a writer takes all permits

  Semaphore semaphore_;
};

}  // namespace eddy
