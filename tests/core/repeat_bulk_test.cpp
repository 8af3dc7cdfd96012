// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/core/repeat.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace eddy;

namespace {

constexpr int ten_million = 10'000'000;
constexpr int one_million = 1'000'000;

/// Looks at the memory of a loop once in so many turns.
struct Watch {
  Loop& loop;
  int last;
  int turns = 0;
  std::size_t most_nodes = 0;

  Next turn() {
    if (turns % 100'000 == 0) {
      most_nodes = std::max(most_nodes, loop.statistic().live_nodes);
    }
    return ++turns < last ? Next::again : Next::done;
  }
};

}  // namespace

TEST_CASE("repeat of ten million turns runs in constant memory") {
  Loop loop;
  Watch watch{loop, ten_million};

  const auto result = loop.run_until(repeat(loop, [&watch] { return watch.turn(); }));

  CHECK(result.has_value());
  CHECK(watch.turns == ten_million);
  CHECK(watch.most_nodes <= 2);
}

TEST_CASE("repeat of a million ready futures runs in constant memory") {
  Loop loop;
  Watch watch{loop, one_million};

  const auto result = loop.run_until(repeat(loop, [&watch] { return ready_future(watch.turn()); }));

  CHECK(result.has_value());
  CHECK(watch.turns == one_million);
  CHECK(watch.most_nodes <= 3);
}
