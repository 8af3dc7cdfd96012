// SPDX-License-Identifier: MIT
//
// Many items through chains of adaptors: constant stack, constant memory, and none lost.
#include "stack_depth.hpp"

#include <eddy/core/async_generator.hpp>
#include <eddy/core/iterate.hpp>
#include <eddy/testing/fixture.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <utility>
#include <vector>

using namespace eddy;
using eddy::testing::a_little_stack;
using eddy::testing::Fixture;
using eddy::testing::StackDepth;

using Item = std::optional<int>;
using Ints = std::vector<int>;

namespace {

constexpr int many = 100'000;

AsyncIterator<int> up_to(int last) {
  return from_function([last, at = 0]() mutable { return at < last ? Item(++at) : Item(); });
}

/// Looks at a loop now and then while items pass.
struct Observer {
  Loop& loop;
  int seen = 0;
  std::size_t most_nodes = 0;
  StackDepth stack;

  void operator()(int) {
    stack.look();
    if (seen++ % 10'000 == 0) most_nodes = std::max(most_nodes, loop.statistic().live_nodes);
  }
};

/// Reads `items` to their end; drops a question that is not answered at once now and then.
Ints read_impatiently(Fixture& t, AsyncIterator<int> items, std::minstd_rand& random) {
  Ints taken;
  while (!items.ended()) {
    Future<Item> next = items.next();
    if (random() % 2 == 0) std::ignore = t.loop.turn();
    if (!next.ready() && random() % 2 == 0) continue;
    while (!next.ready())
      std::ignore = t.loop.turn();
    if (Item item = *t.get(std::move(next))) taken.push_back(*item);
  }
  return taken;
}

Ints numbers(int last) {
  Ints all(static_cast<std::size_t>(last));
  std::iota(all.begin(), all.end(), 1);
  return all;
}

}  // namespace

TEST_CASE("a chain of adaptors runs in constant stack and memory") {
  Loop loop;
  Observer observer{loop, 0, 0, {}};
  auto chain = up_to(many)
                   .map([](int item) { return item; })
                   .filter([](int item) { return item % 4 != 0; })
                   .take(many)
                   .enumerate()
                   .map([](std::pair<std::size_t, int> pair) { return pair.second; })
                   .take_while([](int item) { return item > 0; });

  CHECK(loop.run_until(std::move(chain).for_each(std::ref(observer))).has_value());

  CHECK(observer.seen == many / 4 * 3);
  CHECK(observer.most_nodes < 16);
  CHECK(observer.stack.deepest() < a_little_stack);
}

TEST_CASE("what is grouped, merged and buffered runs in constant stack and memory") {
  Loop loop;
  Observer observer{loop, 0, 0, {}};
  auto chain = merge(up_to(many / 4), up_to(many / 4))
                   .chunk(10)
                   .flatten()
                   .map([](int item) { return ready_future(item); })
                   .buffered(8);

  CHECK(loop.run_until(std::move(chain).for_each(std::ref(observer))).has_value());

  CHECK(observer.seen == many / 2);
  CHECK(observer.most_nodes < 48);
  CHECK(observer.stack.deepest() < a_little_stack);
}

TEST_CASE("a filter that wants nothing of many runs in constant stack and memory") {
  Loop loop;
  std::size_t most_nodes = 0;
  StackDepth stack;
  auto none = [&](int item) {
    stack.look();
    if (item % 10'000 == 0) most_nodes = std::max(most_nodes, loop.statistic().live_nodes);
    return false;
  };
  auto none_later = [&none](int item) {
    return ready_future(none(item));
  };

  CHECK(loop.run_until(up_to(many).filter(none).filter(none_later).collect())->empty());
  CHECK(loop.run_until(up_to(many / 2).filter(none_later).collect())->empty());

  CHECK(most_nodes < 16);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a generator runs in constant stack and memory") {
  Loop loop;
  Observer observer{loop, 0, 0, {}};
  AsyncGenerator<int> items([&loop](Yielder<int>& yield) {
    return repeat(loop, [&yield, n = 0]() mutable {
      return yield(++n).then([n] { return n < many ? Next::again : Next::done; });
    });
  });

  CHECK(loop.run_until(std::move(items).for_each(std::ref(observer))).has_value());

  CHECK(observer.seen == many);
  CHECK(observer.most_nodes < 16);
  CHECK(observer.stack.deepest() < a_little_stack);
}

TEST_CASE("whenever a reader gives up its question, every item is given once") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    auto slow = [&t](int item) {
      return t.loop.next_turn().then([item] { return item; });
    };
    auto slowly = [&](int last) {
      return from_function([&t, last, at = 0]() mutable {
        return t.loop.next_turn().then([last, &at] { return at < last ? Item(++at) : Item(); });
      });
    };
    auto second = [](std::tuple<int, int> pair) {
      return std::get<1>(pair);
    };
    auto yields = [&slowly](Yielder<int>& yield) {
      return slowly(20).for_each([&yield](int item) { return yield(item); });
    };
    auto judged = [&slow](int item) {
      return slow(item).then([](int) { return true; });
    };

    CAPTURE(seed);
    CHECK(read_impatiently(t, slowly(20).chunk(3).flatten(), random) == numbers(20));
    CHECK(read_impatiently(t, slowly(20).filter(judged), random) == numbers(20));
    CHECK(read_impatiently(t, slowly(20).map(slow).buffered(3), random) == numbers(20));
    CHECK(read_impatiently(t, zip(slowly(25), slowly(20)).map(second), random) == numbers(20));
    CHECK(read_impatiently(t, AsyncGenerator<int>(yields), random) == numbers(20));
    Ints merged = read_impatiently(t, merge(slowly(20), AsyncIterator<int>()), random);
    CHECK(merged == numbers(20));
  }
}
