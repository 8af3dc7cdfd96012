// SPDX-License-Identifier: MIT
//
// Which way octets go through a descriptor.
#pragma once

#include <eddy/base/config.hpp>

namespace eddy {

/// As seen by the program.
enum class Direction {
  in,    ///< it reads
  out,   ///< it writes
  both,  ///< it does either
};

}  // namespace eddy
