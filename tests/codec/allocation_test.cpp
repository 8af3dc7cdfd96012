// SPDX-License-Identifier: MIT
//
// Counts the heap allocations of this program, to prove where there are none.
#include <eddy/codec/http_body.hpp>
#include <eddy/codec/http_format.hpp>
#include <eddy/codec/http_request_parser.hpp>
#include <eddy/codec/url.hpp>

#include "http_reading.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <tuple>

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// Not inlined: GCC 12 takes an inlined pair for a mismatch of new and free.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

using namespace eddy::http;
using eddy::http::testing::chunked_post;
using eddy::http::testing::get_with;

namespace {

// The allocations that reading `octets` makes, in two portions if `cut` is inside.
std::size_t allocations_of(const std::string& octets, std::size_t cut = 0) {
  Limits limits;
  HeadSpace space(limits);
  RequestParser parser(limits);
  eddy::ByteView view = octets;
  std::size_t before = allocations;
  if (cut != 0) std::ignore = parser.feed(view.substr(0, cut), space);
  auto head = parser.feed(view, space);
  view.remove_prefix(head.consumed);
  BodyDecoder body(space.head(), limits);
  while (!body.done()) {
    view.remove_prefix(body.decode(view).consumed);
  }
  return allocations - before;
}

}  // namespace

TEST_CASE("the count sees an allocation") {
  std::size_t before = allocations;

  std::string text(100, 'a');

  CHECK(allocations == before + 1);
}

TEST_CASE("reading a request allocates nothing, unless it has trailers") {
  CHECK(allocations_of(get_with("A: b\r\nConnection: close\r\n")) == 0);
  CHECK(allocations_of(get_with("A: b\r\nConnection: close\r\n"), 20) == 0);
  CHECK(allocations_of(chunked_post("1;a=b\r\nx\r\n0\r\n\r\n")) == 0);
  CHECK(allocations_of(chunked_post("0\r\nA: b\r\n\r\n")) > 0);
}

TEST_CASE("a small response is made, moved and written without an allocation") {
  char room[1024];
  std::size_t before = allocations;

  Response response = Response::text("hello, world\n").header("X-Name", "a value of some length");
  Response moved = std::move(response);
  Delivery delivery;
  ResponseHead head = head_of(moved);
  char* end = write_head(room, head, delivery);

  CHECK(head_room(head, delivery) <= sizeof room);
  CHECK(end > room);
  CHECK(allocations == before);
}

TEST_CASE("looking for a parameter allocates nothing") {
  std::size_t before = allocations;

  auto value = eddy::url::Query("a=1&b%20c=2").raw("b c");

  CHECK(*value == "2");
  CHECK(allocations == before);
}
