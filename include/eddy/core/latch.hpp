// SPDX-License-Identifier: MIT
//
// Opens once, when it was counted down to zero.
#pragma once

#include <eddy/core/event.hpp>

#include <cstddef>

namespace eddy {

/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed.
class EDDY_EXPORT Latch {
 public:
  /// Is open from the beginning if `count` is zero.
  explicit Latch(std::size_t count);

  /// Errors: Errc::invalid if less than `by` is left, and nothing changes.
  Result<void> count_down(std::size_t by = 1);
  /// Resolves when the count is zero.
  /// Cancel: total.
  [[nodiscard]] Future<void> wait(Site site = EDDY_HERE) { return open_.wait(site); }

  std::size_t count() const noexcept { return count_; }

 private:
  Event open_;
  std::size_t count_;
};

}  // namespace eddy
