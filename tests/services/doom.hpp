// SPDX-License-Identifier: MIT
//
// What destroys a supervisor in the midst of its services' work: for the tests of rule 4, by which
// a callback may destroy anything, its own service included.
#pragma once

#include <eddy/kit/supervisor.hpp>

#include <optional>
#include <utility>

namespace eddy::testing {

/// Destroys the supervisor at its end.
struct Bomb {
  explicit Bomb(std::optional<Supervisor>& target) : supervisor(&target) {}
  Bomb(Bomb&& other) noexcept : supervisor(std::exchange(other.supervisor, nullptr)) {}
  Bomb& operator=(Bomb&&) = delete;
  ~Bomb() {
    if (supervisor != nullptr) supervisor->reset();
  }
  std::optional<Supervisor>* supervisor;
};

/// A future whose drop drops another one, and so on, down to a bomb: so deep that what the bomb
/// drops is put off.
inline Future<void> nested_bomb(Loop& loop, std::optional<Supervisor>& target) {
  const Duration never = std::chrono::hours(1);
  Future<void> held = loop.sleep(never).then([bomb = Bomb(target)] {});
  for (unsigned depth = 1; depth < eddy::detail::max_nesting; ++depth)
    held = loop.sleep(never).then([inner = std::move(held)] {});
  return held;
}

inline Supervisor::Options quiet_options() {
  Supervisor::Options chosen;
  chosen.signals = false;
  chosen.raise_file_limit = false;
  return chosen;
}

}  // namespace eddy::testing
