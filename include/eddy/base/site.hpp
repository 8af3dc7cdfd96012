// SPDX-License-Identifier: MIT
//
// A place in the source, taken by default arguments: who created a continuation, a timer, a handle.
//
// `std::source_location` is not usable with every compiler eddy supports, so this stands in for it.
#pragma once

#include <eddy/base/config.hpp>

namespace eddy {

/// A file and a line. `file` lives as long as the program.
struct Site {
  const char* file = "";
  unsigned line = 0;

  /// The caller's place, when used as a default argument.
  static constexpr Site here(const char* file = __builtin_FILE(),
                             unsigned line = __builtin_LINE()) noexcept {
    return Site{file, line};
  }
};

}  // namespace eddy

/// The place where it is written; the default of every `Site` parameter.
#define EDDY_HERE ::eddy::Site::here()
