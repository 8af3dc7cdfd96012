// SPDX-License-Identifier: MIT
#ifndef NDEBUG
#define NDEBUG  // NOLINT: the name that the standard gives it
#endif
#include "core/layout.hpp"

eddy::testing::Sizes eddy::testing::sizes_of_a_release_build() {
  return measure();
}
