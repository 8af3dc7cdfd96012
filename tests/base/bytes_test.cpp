// SPDX-License-Identifier: MIT
#include <eddy/base/bytes.hpp>

#include "support.hpp"

#include <string>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

using namespace eddy;

static_assert(std::is_nothrow_move_constructible_v<Buffer>);
static_assert(std::is_nothrow_move_assignable_v<Buffer>);

namespace {

Buffer holding(ByteView bytes) {
  Buffer buffer;
  buffer.append(bytes);
  return buffer;
}

}  // namespace

TEST_CASE("octets leave a buffer in the order in which they came") {
  Buffer buffer = holding("hello, ");
  buffer.append("world");

  buffer.consume(3);

  CHECK(buffer.view() == "lo, world");
  CHECK(buffer.size() == 9);
  CHECK(buffer.take(4) == "lo, ");
  CHECK(buffer.take_all() == "world");
  CHECK(buffer.empty());
}

TEST_CASE("a buffer that was emptied takes octets again") {
  Buffer buffer = holding("abc");

  buffer.consume(3);
  buffer.append("def");

  CHECK(buffer.view() == "def");
}

TEST_CASE("octets of any value pass through a buffer") {
  Buffer buffer = holding(ByteView("a\0\xff", 3));

  CHECK(buffer.take(3) == std::string("a\0\xff", 3));
}

TEST_CASE("appending to a buffer that is consumed as fast does not let it grow") {
  Buffer buffer = holding("x");
  const char* first = buffer.view().data();

  for (int i = 0; i < 100'000; ++i) {
    buffer.append("0123456789");
    buffer.consume(10);
  }

  CHECK(buffer.size() == 1);
  CHECK(buffer.view().data() - first < 100);
}

TEST_CASE("a moved-from buffer is empty and usable") {
  Buffer buffer = holding("abcdef");
  buffer.consume(2);

  Buffer moved = std::move(buffer);
  buffer.append("new");  // NOLINT: that is what is tested
  Buffer assigned;
  assigned = std::move(moved);

  CHECK(buffer.view() == "new");
  CHECK(assigned.view() == "cdef");
  CHECK(moved.empty());  // NOLINT: that is what is tested
}

TEST_CASE("clearing keeps little memory and drops much") {
  Buffer small = holding(std::string(1000, 'x'));
  Buffer large = holding(std::string(Buffer::keep_capacity + 1, 'x'));
  const char* kept = small.view().data();

  small.clear();
  large.clear();
  small.append(std::string(1000, 'y'));

  CHECK(small.view().data() == kept);
  CHECK(large.empty());
}

TEST_CASE("consuming more than there is stops the program") {
  test::Pipe output;

  test::Child child(output, [](int) { holding("ab").consume(3); });

  std::string words = child.errors().read_all();
  CHECK(words.substr(0, words.find(" [")) == "eddy: consume() takes no more than the buffer holds");
  CHECK(child.wait() == "signal 6");
}
