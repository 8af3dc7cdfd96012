// SPDX-License-Identifier: MIT
#include "manual_source.hpp"

#include <eddy/core/iterate.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::iterator_of;
using eddy::testing::ManualScript;

using Item = std::optional<int>;
using Ints = std::vector<int>;

namespace {

bool even(int item) {
  return item % 2 == 0;
}

/// Gives 1, 2, 3, ... without end, and counts how many it gave.
AsyncIterator<int> counting(int& given) {
  return from_function([&given] { return Item(++given); });
}

}  // namespace

TEST_CASE("the elements of a range are given in order") {
  Fixture t;

  CHECK(*t.get(from(Ints{3, 1, 2}).collect()) == Ints{3, 1, 2});
  CHECK(*t.get(from({'a', 'b'}).collect()) == std::vector{'a', 'b'});
  CHECK(*t.get(from(std::string("xy")).collect()) == std::vector{'x', 'y'});
  CHECK(*t.get(from(std::vector{true, false}).collect()) == std::vector{true, false});
  CHECK(t.get(from(Ints()).collect())->empty());
}

TEST_CASE("the elements of a range may be movable only") {
  Fixture t;
  std::vector<std::unique_ptr<int>> owned;
  owned.push_back(std::make_unique<int>(5));
  AsyncIterator<std::unique_ptr<int>> items = from(std::move(owned));

  CHECK(***t.get(items.next()) == 5);
}

TEST_CASE("a function is asked until it has nothing") {
  Fixture t;
  int left = 2;
  auto now = from_function([&left] { return left > 0 ? Item(left--) : Item(); });
  CHECK(*t.get(std::move(now).collect()) == Ints{2, 1});
  left = 2;
  auto later = from_function(
      [&] { return t.loop.sleep(1s).then([&left] { return left > 0 ? Item(left--) : Item(); }); });

  Future<Ints> all = std::move(later).collect();
  t.clock.advance(1s);
  t.clock.advance(1s);
  CHECK_FALSE(t.poll(all));
  t.clock.advance(1s);

  CHECK(*t.get(std::move(all)) == Ints{2, 1});
}

TEST_CASE("an error that a function gives in place of an item is one of the iterator") {
  Fixture t;
  auto items = from_function([]() -> Result<Item> { return Errc::protocol; });

  CHECK(t.get(std::move(items).collect()).error() == Errc::protocol);
}

TEST_CASE("map gives what the function makes of each item") {
  Fixture t;

  CHECK(*t.get(from({1, 2, 3}).map([](int item) { return item * item; }).collect()) ==
        Ints{1, 4, 9});
  CHECK(*t.get(from({1, 2}).map([](int item) { return std::to_string(item); }).collect()) ==
        std::vector<std::string>{"1", "2"});
}

TEST_CASE("map waits for an asynchronous function, one call after the other") {
  Fixture t;
  int calls = 0;
  Future<Ints> all = from({1, 2})
                         .map([&](int item) {
                           ++calls;
                           return t.loop.sleep(1s, item * 10);
                         })
                         .collect();

  CHECK_FALSE(t.poll(all));
  CHECK(calls == 1);
  t.clock.advance(1s);
  CHECK_FALSE(t.poll(all));
  CHECK(calls == 2);
  t.clock.advance(1s);

  CHECK(*t.get(std::move(all)) == Ints{10, 20});
}

TEST_CASE("what a function of an adaptor throws, or gives as an error, ends the iteration") {
  Fixture t;
  ManualScript script(t.loop);
  const auto raises = [](int) -> int {
    throw std::runtime_error("map");
  };
  const auto fails = [](int) -> Result<int> {
    return Errc::protocol;
  };
  const auto fails_later = [](int) {
    return failed_future<int>(Errc::protocol);
  };
  const auto fails_to_judge = [](int) -> Result<bool> {
    return Errc::too_large;
  };
  const auto fails_to_judge_later = [](int) {
    return failed_future<bool>(Errc::too_large);
  };

  CHECK(t.get(from({1}).map(raises).collect()).error() == Errc::exception);
  CHECK(t.get(from({1}).map(fails).collect()).error() == Errc::protocol);
  CHECK(t.get(from({1}).map(fails_later).collect()).error() == Errc::protocol);
  CHECK(t.get(from({1}).filter(fails_to_judge).collect()).error() == Errc::too_large);
  CHECK(t.get(from({1}).filter(fails_to_judge_later).collect()).error() == Errc::too_large);
  CHECK(t.get(from({1}).take_while(fails_to_judge).collect()).error() == Errc::too_large);
}

TEST_CASE("an error in the middle of a chain closes its source before it is delivered") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  AsyncIterator<int> items = iterator_of(script)
                                 .map([](int) -> Result<int> { return Errc::protocol; })
                                 .filter(even)
                                 .take(5);
  Future<Item> next = items.next();
  script.give(1);

  CHECK_FALSE(t.poll(next));
  CHECK(script.closes == 1);
  t.clock.advance(1s);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);
  CHECK(*t.get(items.next()) == std::nullopt);
  CHECK(script.nexts == 1);
}

TEST_CASE("filter gives the items that are wanted") {
  Fixture t;
  int judged = 0;

  CHECK(*t.get(from({1, 2, 3, 4}).filter(even).collect()) == Ints{2, 4});
  Future<Ints> slowly = from({1, 2, 3, 4})
                            .filter([&](const int& item) {
                              ++judged;
                              return t.loop.sleep(1s).then([&item] { return even(item); });
                            })
                            .collect();
  CHECK_FALSE(t.poll(slowly));
  CHECK(judged == 1);
  t.clock.advance(1s);
  t.clock.advance(1s);
  t.clock.advance(1s);
  t.clock.advance(1s);

  CHECK(*t.get(std::move(slowly)) == Ints{2, 4});
}

TEST_CASE("an item whose slow judgement is dropped is judged again") {
  Fixture t;
  AsyncIterator<int> items = from({7}).filter([&](int) { return t.loop.sleep(1s, true); });
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));

  next = {};
  next = items.next();
  t.clock.advance(1s);

  CHECK(*t.get(std::move(next)) == 7);
}

TEST_CASE("take asks for no more than it gives, and then closes its source") {
  Fixture t;
  int given = 0;
  CHECK(*t.get(counting(given).take(3).collect()) == Ints{1, 2, 3});
  CHECK(given == 3);
  ManualScript script(t.loop);
  script.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  Future<Ints> none = iterator_of(script).take(0).collect();

  CHECK_FALSE(t.poll(none));
  CHECK(script.closes == 1);
  t.clock.advance(1s);

  CHECK(t.get(std::move(none))->empty());
  CHECK(script.nexts == 0);
}

TEST_CASE("a close that fails at the end of take is the result") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [] {
    return failed_future<void>(Errc::closed);
  };

  CHECK(t.get(iterator_of(script).take(0).collect()).error() == Errc::closed);

  CHECK(script.closes == 1);
}

TEST_CASE("take_while ends before the first item that is not wanted, and closes its source") {
  Fixture t;
  int given = 0;
  CHECK(*t.get(counting(given).take_while([](int item) { return item < 3; }).collect()) ==
        Ints{1, 2});
  CHECK(given == 3);
  ManualScript script(t.loop);
  Future<Ints> none =
      iterator_of(script).take_while([](int) { return ready_future(false); }).collect();
  CHECK_FALSE(t.poll(none));
  script.give(1);

  CHECK(t.get(std::move(none))->empty());

  CHECK(script.closes == 1);
}

TEST_CASE("enumerate gives each item its number") {
  Fixture t;

  const auto pairs = *t.get(from({'a', 'b'}).enumerate(1).collect());

  CHECK(pairs == std::vector<std::pair<std::size_t, char>>{{1, 'a'}, {2, 'b'}});
}

TEST_CASE("chunk groups the items; the last group may be smaller") {
  Fixture t;

  CHECK(*t.get(from({1, 2, 3, 4, 5}).chunk(2).collect()) == std::vector<Ints>{{1, 2}, {3, 4}, {5}});
  CHECK(*t.get(from({1, 2}).chunk(2).collect()) == std::vector<Ints>{{1, 2}});
  CHECK(*t.get(from({1, 2}).chunk(~std::size_t()).collect()) == std::vector<Ints>{{1, 2}});
  CHECK(t.get(from(Ints()).chunk(2).collect())->empty());
}

TEST_CASE("what chunk has of a group stays when who asked for it is dropped") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<Ints> groups = iterator_of(script).chunk(2);
  Future<std::optional<Ints>> next = groups.next();
  script.give(1);
  CHECK_FALSE(t.poll(next));

  next = {};
  next = groups.next();
  script.give(2);

  CHECK(*t.get(std::move(next)) == Ints{1, 2});
}

TEST_CASE("flatten gives the items of ranges and of iterators, one after the other") {
  Fixture t;

  CHECK(*t.get(from({Ints{1, 2}, Ints{}, Ints{3}}).flatten().collect()) == Ints{1, 2, 3});
  auto up_to = [](int count) {
    return from_function([count, at = 0]() mutable { return at < count ? Item(++at) : Item(); });
  };
  CHECK(*t.get(from({1, 0, 2}).map(up_to).flatten().collect()) == Ints{1, 1, 2});
  CHECK(*t.get(from({true, false}).chunk(2).flatten().collect()) == std::vector{true, false});
}

TEST_CASE("closing a flatten closes the inner iterator, then the outer") {
  Fixture t;
  ManualScript inner(t.loop);
  ManualScript outer(t.loop);
  inner.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  AsyncIterator<int> items =
      iterator_of(outer).map([&inner](int) { return iterator_of(inner); }).flatten();
  Future<Item> next = items.next();
  outer.give(1);
  CHECK_FALSE(t.poll(next));

  Future<void> closed = items.close();
  CHECK_FALSE(t.poll(closed));
  CHECK(inner.closes == 1);
  CHECK(outer.closes == 0);
  t.clock.advance(1s);

  CHECK(t.get(std::move(closed)));
  CHECK(outer.closes == 1);
  CHECK(*t.get(std::move(next)) == std::nullopt);
}

TEST_CASE("a source that has ended is not closed, though nobody has heard of its end") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script).filter(even);
  Future<Item> next = items.next();
  script.end();
  next = {};

  CHECK(t.get(items.close()));

  CHECK(script.nexts == 1);
  CHECK(script.closes == 0);
}

TEST_CASE("an error of an inner iterator closes the outer") {
  Fixture t;
  ManualScript inner(t.loop);
  ManualScript outer(t.loop);
  Future<Ints> all =
      iterator_of(outer).map([&inner](int) { return iterator_of(inner); }).flatten().collect();
  t.run_until_idle();
  outer.give(1);
  t.run_until_idle();
  inner.fail(Errc::protocol);

  CHECK(t.get(std::move(all)).error() == Errc::protocol);

  CHECK(outer.closes == 1);
}

TEST_CASE("nothing is asked before somebody asks the end of the chain") {
  Fixture t;
  int given = 0;
  AsyncIterator<int> items = counting(given).map([](int item) { return item; }).filter(even);
  t.run_until_idle();
  CHECK(given == 0);

  CHECK(*t.get(items.next()) == 2);

  CHECK(given == 2);
}

TEST_CASE("what has ended can be adapted, and stays at its end") {
  Fixture t;
  AsyncIterator<int> ended;

  CHECK(t.get(std::move(ended).map(even).take(3).chunk(2).collect())->empty());
  CHECK(*t.get(AsyncIterator<int>().filter(even).next()) == std::nullopt);
  CHECK(t.get(AsyncIterator<int>().take(2).collect())->empty());
}

TEST_CASE("dropping a chain drops what it waits for, and runs destructors alone") {
  Fixture t;
  ManualScript script(t.loop);
  Future<Ints> all = iterator_of(script).filter(even).chunk(2).flatten().take(9).collect();
  CHECK_FALSE(t.poll(all));
  CHECK(script.wanted());

  all = {};

  CHECK(script.destroyed == 1);
  CHECK(script.closes == 0);
  CHECK_FALSE(script.wanted());
}

TEST_CASE("soft cancel reaches the source through a chain, which is closed before it goes on") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "collect", iterator_of(script).filter(even).chunk(3).collect().then([](const auto&) {}));
  t.run_until_idle();
  CHECK(script.wanted());

  task.cancel();
  t.run_until_idle();

  CHECK(script.closes == 1);
  CHECK(task.state() == TaskState::running);
  t.clock.advance(1s);
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a filter that wants nothing and never waits can be cancelled") {
  Fixture t;
  int given = 0;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "search",
      counting(given).filter([](int) { return false; }).collect().then([](const auto&) {}));
  std::ignore = t.loop.turn();
  CHECK(given > 0);

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a cancel that finds nobody who waits is delivered once") {
  Fixture t;
  int given = 0;
  TaskGroup group(t.loop);
  Task task = group.spawn("search",
                          counting(given)
                              .filter([](int) { return false; })
                              .for_each([](int) {})
                              .or_else(Errc::canceled, [&t](Error&&) { return t.loop.sleep(1s); }));
  std::ignore = t.loop.turn();
  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::running);

  t.clock.advance(1s);

  CHECK(task.state() == TaskState::done);
}

TEST_CASE("a cancel that comes as the source answers is delivered before the next question") {
  Fixture t;
  int given = 0;
  TaskGroup group(t.loop);
  Task task;
  auto source = from_function([&] {
    return ready_future().then([&] {
      if (++given == 3) task.cancel();
      return given < 9 ? Item(given) : Item();
    });
  });
  task = group.spawn("search",
                     std::move(source).filter([](int) { return false; }).for_each([](int) {}));

  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(given == 3);
}

TEST_CASE("a cancel that comes from the source reaches what the source waits for") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task;
  auto source = from_function([&, given = 0]() mutable {
    if (++given == 2) task.cancel();
    return t.loop.sleep(1h * (given - 1), Item(given));
  });
  task = group.spawn(
      "search",
      std::move(source).filter([](int) { return false; }).collect().then([](const auto&) {}));

  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
}
