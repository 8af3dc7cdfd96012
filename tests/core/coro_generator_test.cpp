// SPDX-License-Identifier: MIT
#include <eddy/core/async_iterator.hpp>
#include <eddy/core/coro.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <string>

#include "core/coro_generator_kit.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::count_to;
using eddy::testing::Fixture;
using eddy::testing::Ints;
using eddy::testing::slowly;
using eddy::testing::with_clean_up;

namespace {

Ints failing(Error error) {
  co_yield 1;
  throw Exception(std::move(error));
}

AsyncIterator<std::string> names_of_the_task(Loop& loop) {
  for (;;) {
    co_yield std::string(current_task().name());
    co_await loop.next_turn();
  }
}

Future<int> sum_of(Ints items) {
  int sum = 0;
  while (auto item = co_await items)
    sum += *item;
  co_return sum;
}

}  // namespace

TEST_CASE("a generator gives what it yields, one after the other, and then nothing") {
  Fixture t;
  std::string events;
  Ints items = count_to(2, events);

  CHECK(t.get(items.next()).value() == 1);
  CHECK(t.get(items.next()).value() == 2);
  CHECK(t.get(items.next()).value() == std::nullopt);
  CHECK(t.get(items.next()).value() == std::nullopt);
  CHECK(items.ended());
  CHECK(events == "start end ");
}

TEST_CASE("the body of a generator starts when the first item is asked for, in a later turn") {
  Fixture t;
  std::string events;
  Ints items = count_to(1, events);
  t.run_until_idle();
  CHECK(events.empty());

  Future<std::optional<int>> first = items.next();

  CHECK(events.empty());
  CHECK(t.poll(first));
  CHECK(events == "start ");
}

TEST_CASE("a generator does not run ahead of its reader") {
  Fixture t;
  std::string events;
  Ints items = with_clean_up(t.loop, events);

  CHECK(t.get(items.next()).value() == 1);
  t.run_until_idle();
  CHECK(events.empty());
  CHECK(t.get(items.next()).value() == 2);
  CHECK(events == "wanted ");
}

TEST_CASE("a coroutine awaits the items of any iterator") {
  Fixture t;
  std::string events;

  CHECK(t.get(sum_of(count_to(4, events))).value() == 10);
}

TEST_CASE("a generator may wait between its items") {
  Fixture t;
  std::string events;
  Ints items = slowly(t.loop, events);
  Future<std::optional<int>> first = items.next();
  CHECK_FALSE(t.poll(first));

  t.clock.advance(1s);

  CHECK(t.get(std::move(first)).value() == 1);
}

TEST_CASE("items that can only be moved pass through generators, and what makes an item does") {
  Fixture t;
  const auto pointers = []() -> AsyncIterator<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(3);
  };
  const auto texts = []() -> AsyncIterator<std::string> {
    co_yield "text";
  };
  auto pointer = pointers();
  auto text = texts();

  CHECK(**t.get(pointer.next()).value() == 3);
  CHECK(t.get(text.next()).value() == "text");
}

TEST_CASE("an error of a generator comes after its items and ends it") {
  Fixture t;
  Ints items = failing(Error(Errc::too_large, "items"));

  CHECK(t.get(items.next()).value() == 1);
  CHECK(t.get(items.next()).error().context() == "items");
  CHECK(t.get(items.next()).value() == std::nullopt);
}

TEST_CASE("the end and the error of a generator are kept for the next reader") {
  Fixture t;
  std::string events;
  Ints empty = count_to(0, events);
  Ints bad = [](Loop& loop) -> Ints {
    co_await loop.next_turn();
    throw Exception(Errc::closed);
    co_yield 1;
  }(t.loop);

  { const auto asked = empty.next(); }
  { const auto asked = bad.next(); }
  t.run_until_idle();

  CHECK(t.get(empty.next()).value() == std::nullopt);
  CHECK(t.get(bad.next()).error() == Errc::closed);
}

TEST_CASE("a generator runs in the task that asks for its items") {
  Fixture t;
  std::string seen;
  auto names = names_of_the_task(t.loop);
  const auto read = [](AsyncIterator<std::string>& items, std::string& log) -> Future<void> {
    const auto name = co_await items;
    log += *name;
  };
  TaskGroup group(t.loop);

  Task first = group.spawn("a", read(names, seen));
  t.run_until_idle();
  Task second = group.spawn("b", read(names, seen));
  t.run_until_idle();

  CHECK(seen == "ab");
}
