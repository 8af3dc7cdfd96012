// SPDX-License-Identifier: MIT
#include <eddy/base/config.hpp>

#include <cstdio>
#include <cstdlib>

namespace eddy::detail {

void assertion_failed(const char* condition,
                      const char* what,
                      const char* file,
                      int line) noexcept {
  std::fprintf(stderr, "eddy: %s [%s] at %s:%d\n", what, condition, file, line);
  std::abort();
}

}  // namespace eddy::detail
