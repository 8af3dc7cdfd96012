// SPDX-License-Identifier: MIT
//
// Limits of time as people write them, for the context of errors.
#pragma once

#include <eddy/base/clock.hpp>

#include <string>

namespace eddy::detail {

/// "30 s", or "1500 ms" where that says more.
std::string duration_text(Duration duration);

}  // namespace eddy::detail
