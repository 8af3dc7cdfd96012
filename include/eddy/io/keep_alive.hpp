// SPDX-License-Identifier: MIT
//
// How the kernel finds out that a silent peer is gone.
#pragma once

#include <eddy/base/clock.hpp>

namespace eddy {

/// How a silent peer is asked for a sign of life. Off unless `idle` is set.
///
/// In whole seconds, rounded up, and at most what the kernel takes: 32,767 s and 127 questions.
struct KeepAlive {
  Duration idle{};      ///< silent for so long, it is asked; zero: never
  Duration interval{};  ///< between two questions; zero: as the kernel is set (75 s)
  unsigned count = 0;   ///< so many unanswered end the connection; zero: as the kernel is set (9)
};

}  // namespace eddy
