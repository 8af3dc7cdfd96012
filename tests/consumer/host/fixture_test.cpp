// SPDX-License-Identifier: MIT
//
// A user's test, with the test kit.
#include <eddy/testing/fixture.hpp>
#include <eddy/testing/main.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace std::chrono_literals;

TEST_CASE("the manual clock of the installed test kit moves the loop") {
  eddy::testing::Fixture t;
  bool ran = false;
  auto later = t.loop.sleep(5s).then([&] { ran = true; });

  t.clock.advance(4s);
  CHECK_FALSE(ran);

  t.clock.advance(1s);
  CHECK(ran);
}
