// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "core/layout.hpp"

using namespace eddy;

TEST_CASE("object layouts do not depend on NDEBUG") {
  CHECK(testing::sizes_of_a_debug_build() == testing::sizes_of_a_release_build());
}

TEST_CASE("a handle is one pointer") {
  CHECK(sizeof(Future<int>) == sizeof(void*));
  CHECK(sizeof(SharedFuture<int>) == sizeof(void*));
  CHECK(sizeof(Task) == sizeof(void*));
  CHECK(sizeof(Timer) == sizeof(void*));
  CHECK(sizeof(SignalWatcher) == sizeof(void*));
}
