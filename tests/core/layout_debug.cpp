// SPDX-License-Identifier: MIT
#undef NDEBUG
#include "core/layout.hpp"

eddy::testing::Sizes eddy::testing::sizes_of_a_debug_build() {
  return measure();
}
