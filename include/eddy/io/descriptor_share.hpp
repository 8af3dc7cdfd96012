// SPDX-License-Identifier: MIT
//
// How many connections a program can have.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>

namespace eddy {

/// 80 % of the descriptors that the process may have now (RLIMIT_NOFILE): more a server had better
/// not take, for the program's files and connections of its own need some too.
///
/// Thread: any.
EDDY_EXPORT std::size_t descriptor_share() noexcept;

}  // namespace eddy
