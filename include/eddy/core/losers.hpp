// SPDX-License-Identifier: MIT
//
// What becomes of those who lose a race.
//
// For select(), first() and any(). To let the losers go on use core/wait.hpp, which gives them
// back.
#pragma once

#include <eddy/base/config.hpp>

namespace eddy {

/// What select(), first() and any() do with the futures that did not win.
enum class Losers {
  cancel,  ///< softly; the result waits for their clean-up, 5 s at most, then they are dropped
  drop,    ///< at once, without clean-up
};

}  // namespace eddy
