// SPDX-License-Identifier: MIT
//
// A program of its own, because it replaces the allocation functions with ones that count.
#include <cstdlib>
#include <new>

#include "support.hpp"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}

using namespace eddy;
using namespace eddy::testing;

TEST_CASE("a message that is echoed by push makes no allocation") {
  IoFixture t;
  TcpPair pair = a_tcp_pair(t);
  Recorder answers;
  Recorder echo;
  echo.when_bytes = [&](ByteView bytes) {
    pair.theirs.write(bytes);
  };
  int left = 1010;
  std::size_t before = 0;
  std::size_t after = 0;
  answers.when_bytes = [&](ByteView bytes) {
    answers.bytes.clear();
    echo.bytes.clear();
    if (left == 1000) before = allocations;  // the first messages have filled the pools
    if (left == 1) after = allocations;
    if (--left > 0) pair.ours.write(bytes);
  };
  pair.theirs.start(echo);
  pair.ours.start(answers);

  pair.ours.write("hello");
  t.run_until_idle();

  CHECK(left == 0);
  CHECK(before > 0);
  CHECK(after == before);
}
