// SPDX-License-Identifier: MIT
//
// What core/wait.hpp waits for, and what it gives back.
#pragma once

#include <eddy/core/future.hpp>

#include <cstddef>
#include <vector>

namespace eddy {

/// When a wait() has waited long enough.
enum class When {
  first_completed,  ///< one of the futures has settled
  first_exception,  ///< one has failed otherwise than by cancellation, or all have settled
  all_completed,    ///< all have settled
};

/// The futures that a wait() was given, with the places at which they stood.
template <class T>
struct Waited {
  struct One {
    std::size_t index = 0;
    Future<T> future = {};
  };

  std::vector<One> done = {};     ///< in the order in which they settled; all are ready
  std::vector<One> pending = {};  ///< in the order in which they were given
};

}  // namespace eddy
