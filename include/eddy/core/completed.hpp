// SPDX-License-Identifier: MIT
//
// One item of core/as_completed.hpp.
#pragma once

#include <eddy/core/future.hpp>

#include <cstddef>

namespace eddy {

/// What became of one of several futures.
template <class T>
struct Completed {
  std::size_t index = 0;  ///< where the future stood among the others
  Result<T> result;       ///< Errc::timed_out if it was late
  Future<T> late = {};    ///< the future itself if it was late, to be kept or dropped; else empty
};

}  // namespace eddy
