// SPDX-License-Identifier: MIT
//
// The main() of a test program, with a limit of time: include it in one source file of the program.
//
// As doctest's own main(). Besides, with EDDY_TEST_TIMEOUT=10 in the environment, a single test
// that takes longer than ten seconds ends the program: its name, the tasks that its loops still
// have, and, where it runs by for_each_seed(), the seed are printed, then it aborts. Give it a
// little less than the limit of whatever runs the tests, which would only say that it was too long.
#pragma once

#include <eddy/testing/detail/test_listener.hpp>

#ifndef DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_IMPLEMENT
#endif
#include <doctest/doctest.h>

int main(int argc, char** argv) {  // NOLINT(misc-definitions-in-headers): a program has one
  const eddy::testing::inner::TestTimeout limit(eddy::testing::inner::timeout_from_environment());
  return doctest::Context(argc, argv).run();
}
