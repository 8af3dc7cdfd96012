// SPDX-License-Identifier: MIT
//
// Holds everybody up until enough have come, over and over.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>

namespace eddy {

namespace detail {
class BarrierState;
}

/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed.
class EDDY_EXPORT Barrier {
 public:
  /// `parties` is at least 1.
  explicit Barrier(std::size_t parties);
  Barrier(Barrier&& other) noexcept;
  Barrier& operator=(Barrier&& other) noexcept;
  ~Barrier();

  /// Resolves when all parties have come, to the place in the order of their coming: from 0 on.
  /// Errors: Errc::closed once it is aborted.
  /// Cancel: total; it is as if the caller had not come.
  [[nodiscard]] Future<std::size_t> arrive(Site site = EDDY_HERE);

  /// Fails all who wait, and all who come, until reset().
  void abort() noexcept;
  /// Fails all who wait, and begins anew.
  void reset() noexcept;

  bool aborted() const noexcept;
  std::size_t parties() const noexcept;
  std::size_t waiting() const noexcept;

 private:
  detail::CountedPtr<detail::BarrierState> state_;
};

}  // namespace eddy
