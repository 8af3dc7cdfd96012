// SPDX-License-Identifier: MIT
#include <eddy/core/chunked.hpp>

#include <doctest/doctest.h>

#include <forward_list>
#include <span>
#include <vector>

#include "core/child.hpp"

using namespace eddy;
using eddy::testing::run_in_child;

namespace {

template <class Range>
std::vector<std::vector<int>> chunks_of(Range& range, std::size_t length) {
  std::vector<std::vector<int>> chunks;
  for (const auto chunk : chunked(range, length))
    chunks.emplace_back(chunk.begin(), chunk.end());
  return chunks;
}

}  // namespace

TEST_CASE("chunks of three over ten elements: the last is shorter") {
  const std::vector<int> numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<std::vector<int>> expected{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9}};

  CHECK(chunks_of(numbers, 3) == expected);
}

TEST_CASE("a range that divides evenly has no empty chunk at its end") {
  const std::forward_list<int> numbers{1, 2, 3, 4};
  const std::vector<std::vector<int>> expected{{1, 2}, {3, 4}};

  CHECK(chunks_of(numbers, 2) == expected);
}

TEST_CASE("a chunk longer than the range is the range, an empty range has none") {
  const std::vector<int> numbers{1, 2};
  const std::vector<int> none;

  CHECK(chunks_of(numbers, 9).size() == 1);
  CHECK(chunks_of(none, 9).empty());
}

TEST_CASE("a chunk is a view: writing to it writes to the range") {
  std::vector<int> numbers{1, 2, 3};

  for (const auto chunk : chunked(numbers, 2))
    *chunk.begin() = 0;

  CHECK(numbers == std::vector<int>{0, 2, 0});
}

TEST_CASE("a chunk knows its size and may become a span") {
  const std::vector<int> numbers{1, 2, 3};
  const auto chunks = chunked(numbers, 2);
  const auto first = *chunks.begin();

  CHECK(first.size() == 2);
  CHECK(std::span(first.begin(), first.end()).size() == 2);
}

TEST_CASE("chunks of no length are misuse") {
  const auto end = run_in_child([] {
    const std::vector<int> numbers{1};
    return static_cast<int>(chunked(numbers, 0).begin() == chunked(numbers, 0).end());
  });
  CHECK(end.aborted());
  CHECK(end.printed("no length"));
}
