// SPDX-License-Identifier: MIT
#include <eddy/core/detail/counted.hpp>

namespace eddy::detail {

void end(Counted* object) noexcept {
  delete object;
}

}  // namespace eddy::detail
