// SPDX-License-Identifier: MIT
#include <eddy/io/descriptor_share.hpp>

#include <sys/resource.h>

#include <limits>

namespace eddy {

std::size_t descriptor_share() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::numeric_limits<std::size_t>::max();
  }
  return static_cast<std::size_t>(limit.rlim_cur / 5 * 4);
}

}  // namespace eddy
