// SPDX-License-Identifier: MIT
//
// One at a time, first come, first served, across waits.
//
// On one thread nothing runs in between as long as nobody waits; a Mutex is for state that must not
// change while its holder does.
#pragma once

#include <eddy/core/semaphore.hpp>

namespace eddy {

/// Exclusive access. It is not recursive: who locks twice waits for ever.
///
/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed.
class Mutex {
 public:
  /// Unlocks when it is destroyed, or by release().
  using Guard = Permit;

  Mutex() : semaphore_(1) {}

  /// Resolves when all who came before have unlocked. Keep the Guard as long as needed:
  /// `mutex.lock().then([](Mutex::Guard guard) { return work().attach(std::move(guard)); })`.
  /// Cancel: total; a lock that was granted and not taken goes to the next.
  [[nodiscard]] Future<Guard> lock(Site site = EDDY_HERE) { return semaphore_.acquire(1, site); }
  [[nodiscard]] std::optional<Guard> try_lock() noexcept { return semaphore_.try_acquire(); }

  bool locked() const noexcept { return semaphore_.available() == 0; }
  std::size_t waiting() const noexcept { return semaphore_.waiting(); }

 private:
  friend class Condition;

  Semaphore semaphore_;
};

}  // namespace eddy
