// SPDX-License-Identifier: MIT
//
// Reads the value of a link that has died, and succeeds if valgrind, under which it is to be run,
// has seen that. It would not if the loop kept the block.
#include <eddy/core/future.hpp>
#include <eddy/core/loop.hpp>

#include <valgrind/memcheck.h>

#include <cstdio>

int main() {
  eddy::Loop loop;
  auto* link = eddy::detail::release_node(eddy::ready_future(7));
  const volatile int* const value = &link->value;
  std::printf("alive: %d\n", *value);
  const auto alive = VALGRIND_COUNT_ERRORS;

  link->destroy();
  std::printf("dead: %d\n", *value);
  const auto dead = VALGRIND_COUNT_ERRORS;

  std::printf("errors that valgrind saw: %u, then %u\n", alive, dead);
  return RUNNING_ON_VALGRIND != 0 && alive == 0 && dead > 0 ? 0 : 1;
}
