// SPDX-License-Identifier: MIT
//
// for_each, fold and collect.
#include "manual_source.hpp"

#include <eddy/core/iterate.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::iterator_of;
using eddy::testing::ManualScript;

using Ints = std::vector<int>;

namespace {

int sum(int a, int b) {
  return a + b;
}

}  // namespace

TEST_CASE("for_each calls its body with each item, one after the other") {  // parity 14.4
  Fixture t;
  Ints seen;
  CHECK(t.get(from({1, 2, 3}).for_each([&seen](int item) { seen.push_back(item); })));
  CHECK(seen == Ints{1, 2, 3});
  seen.clear();
  Future<void> slowly = from({1, 2}).for_each([&](int item) {
    seen.push_back(item);
    return t.loop.sleep(1s);
  });

  CHECK_FALSE(t.poll(slowly));
  CHECK(seen == Ints{1});
  t.clock.advance(1s);
  CHECK_FALSE(t.poll(slowly));
  CHECK(seen == Ints{1, 2});
  t.clock.advance(1s);

  CHECK(t.get(std::move(slowly)));
}

TEST_CASE("for_each tells whether it was broken off") {  // parity 14.4: the else of a for
  Fixture t;
  bool broken = false;
  auto search = [&broken](int wanted) {
    broken = false;
    return from({1, 2, 3}).for_each([&broken, wanted](int item) {
      broken = item == wanted;
      return broken ? Next::done : Next::again;
    });
  };

  CHECK(t.get(search(2)));
  CHECK(broken);
  CHECK(t.get(search(4)));
  CHECK_FALSE(broken);
}

TEST_CASE("a body says when it has seen enough, and the source is closed before the result") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  Future<void> done = iterator_of(script).for_each([](int) { return Next::done; });
  t.run_until_idle();
  script.give(1);

  CHECK_FALSE(t.poll(done));
  CHECK(script.closes == 1);
  t.clock.advance(1s);

  CHECK(t.get(std::move(done)));
  CHECK(script.nexts == 1);
}

TEST_CASE("a body may give its Next, or an error, in any of the usual ways") {
  Fixture t;
  const auto now = [](int item) -> Result<Next> {
    return item == 2 ? Next::done : Next::again;
  };
  const auto later = [](int item) {
    return ready_future(item == 2 ? Next::done : Next::again);
  };
  const auto nothing = [](int) {
    return Result<void>();
  };
  const auto fails = [](int) -> Result<void> {
    return Errc::protocol;
  };
  const auto fails_later = [](int) {
    return failed_future<Next>(Errc::protocol);
  };
  const auto raises = [](int) {
    throw std::runtime_error("body");
  };

  CHECK(t.get(from({1, 2, 3}).for_each(now)));
  CHECK(t.get(from({1, 2, 3}).for_each(later)));
  CHECK(t.get(from({1, 2, 3}).for_each(nothing)));
  CHECK(t.get(from({1}).for_each(fails)).error() == Errc::protocol);
  CHECK(t.get(from({1}).for_each(fails_later)).error() == Errc::protocol);
  CHECK(t.get(from({1}).for_each(raises)).error() == Errc::exception);
}

TEST_CASE("an error of the body closes the source before it is delivered") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  Future<void> done =
      iterator_of(script).for_each([](int) -> Result<void> { return Errc::protocol; });
  t.run_until_idle();
  script.give(1);

  CHECK_FALSE(t.poll(done));
  CHECK(script.closes == 1);
  t.clock.advance(1s);

  CHECK(t.get(std::move(done)).error() == Errc::protocol);
}

TEST_CASE("a close that fails is the result of an early end, and reported beside an error") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [] {
    return failed_future<void>(Errc::closed);
  };
  Future<void> left = iterator_of(script).for_each([](int) { return Next::done; });
  t.run_until_idle();
  script.give(1);
  CHECK(t.get(std::move(left)).error() == Errc::closed);
  Future<void> failed = iterator_of(script).for_each([](int) {});
  t.run_until_idle();
  script.fail(Errc::protocol);

  CHECK(t.get(std::move(failed)).error() == Errc::protocol);

  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == Errc::closed);
}

TEST_CASE("soft cancel reaches the body, and the source is closed before it goes on") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  TaskGroup group(t.loop);
  Task task =
      group.spawn("reader", iterator_of(script).for_each([&t](int) { return t.loop.sleep(1h); }));
  t.run_until_idle();
  script.give(1);
  t.run_until_idle();

  task.cancel();
  t.run_until_idle();
  CHECK(script.closes == 1);
  CHECK(task.state() == TaskState::running);
  t.clock.advance(1s);
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a source that ended by itself is not closed") {
  Fixture t;
  ManualScript script(t.loop);
  Future<void> done = iterator_of(script).for_each([](int) {});
  t.run_until_idle();
  script.end();

  CHECK(t.get(std::move(done)));

  CHECK(script.closes == 0);
  CHECK(script.destroyed == 1);
}

TEST_CASE("for_each can run several bodies at once") {
  Fixture t;
  int running = 0;
  int most = 0;
  Future<void> done = from({1, 2, 3, 4, 5}).for_each(3, [&](int) {
    most = std::max(most, ++running);
    return t.loop.sleep(1s).then([&running] { --running; });
  });

  CHECK_FALSE(t.poll(done));
  CHECK(running == 3);
  t.clock.advance(1s);
  CHECK_FALSE(t.poll(done));
  CHECK(running == 2);
  t.clock.advance(1s);

  CHECK(t.get(std::move(done)));
  CHECK(most == 3);
}

TEST_CASE("one body that has seen enough, or fails, cancels the others") {
  Fixture t;
  int cleaned = 0;
  auto body = [&](Result<Next> said) {
    return [&t, &cleaned, said](int item) -> Future<Next> {
      if (item == 2) return t.loop.sleep(1s).then([said] { return said; });
      return t.loop.sleep(1h, Next::again).finally([&cleaned] { ++cleaned; });
    };
  };
  Future<void> enough = from({1, 2, 3}).for_each(3, body(Next::done));
  t.run_until_idle();
  t.clock.advance(1s);
  CHECK(t.get(std::move(enough)));
  CHECK(cleaned == 2);
  Future<void> failed = from({1, 2, 3}).for_each(3, body(Errc::protocol));
  t.run_until_idle();
  t.clock.advance(1s);

  CHECK(t.get(std::move(failed)).error() == Errc::protocol);

  CHECK(cleaned == 4);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("fold makes one value of all items, also by functions that take their time") {
  Fixture t;
  const auto later = [&t](int a, int b) {
    return t.loop.sleep(1s, a + b);
  };
  const auto fails = [](int, int) -> Result<int> {
    return Errc::too_large;
  };

  CHECK(*t.get(from({1, 2, 3}).fold(10, sum)) == 16);
  CHECK(*t.get(from(Ints()).fold(10, sum)) == 10);
  Future<int> slowly = from({1, 2}).fold(0, later);
  CHECK_FALSE(t.poll(slowly));
  t.clock.advance(1s);
  t.run_until_idle();
  t.clock.advance(1s);
  CHECK(*t.get(std::move(slowly)) == 3);
  CHECK(t.get(from({1}).fold(0, fails)).error() == Errc::too_large);
}

TEST_CASE("what is folded and collected may be movable only") {
  Fixture t;
  auto boxed = [](int item) {
    return std::make_unique<int>(item);
  };
  auto add = [](std::unique_ptr<int> have, std::unique_ptr<int> item) {
    *have += *item;
    return have;
  };

  CHECK(**t.get(from({1, 2}).map(boxed).fold(std::make_unique<int>(0), add)) == 3);
  CHECK(t.get(from({1, 2}).map(boxed).collect())->size() == 2);
}

TEST_CASE("a list comprehension") {  // parity 14.4: [f(x) async for x in a if p(x)]
  Fixture t;
  const auto odd = [&t](int item) {
    return t.loop.sleep(1s, item % 2 == 1);
  };

  Future<Ints> list = from({1, 2, 3}).filter(odd).map([](int x) { return x * x; }).collect();
  CHECK_FALSE(t.poll(list));
  t.clock.advance(1s);
  t.run_until_idle();
  t.clock.advance(1s);
  t.run_until_idle();
  t.clock.advance(1s);

  CHECK(*t.get(std::move(list)) == Ints{1, 9});
}

TEST_CASE("a set comprehension") {  // parity 14.4: {f(x) async for x in a}
  Fixture t;
  const auto remainder = [](int item) {
    return item % 3;
  };

  CHECK(*t.get(from({1, 2, 3, 4, 5}).map(remainder).collect_into(std::set<int>())) ==
        std::set<int>{0, 1, 2});
}

TEST_CASE("a dict comprehension") {  // parity 14.4: {k: v async for k, v in a}
  Fixture t;
  const auto entry = [](int item) {
    return std::pair(item, std::to_string(item));
  };

  CHECK(*t.get(from({1, 2}).map(entry).collect_into(std::map<int, std::string>())) ==
        std::map<int, std::string>{{1, "1"}, {2, "2"}});
}

TEST_CASE("a generator expression is lazy") {  // parity 14.4: (f(x) async for x in a)
  Fixture t;
  int calls = 0;
  AsyncIterator<int> squares = from({1, 2, 3}).map([&calls](int x) {
    ++calls;
    return x * x;
  });
  t.run_until_idle();
  CHECK(calls == 0);

  CHECK(*t.get(squares.next()) == 1);

  CHECK(calls == 1);
}

TEST_CASE("a nested comprehension with a condition") {
  Fixture t;  // parity 14.4: [(x, y) async for x in a async for y in b(x) if x != y]
  const auto with_each = [](int x) {
    return from({1, 2}).map([x](int y) { return std::pair(x, y); });
  };
  const auto differ = [](const std::pair<int, int>& both) {
    return both.first != both.second;
  };

  const auto pairs = *t.get(from({1, 2, 3}).map(with_each).flatten().filter(differ).collect());

  CHECK(pairs == std::vector<std::pair<int, int>>{{1, 2}, {2, 1}, {3, 1}, {3, 2}});
}

TEST_CASE("items are collected behind what a container has") {
  Fixture t;

  CHECK(*t.get(from({2, 3}).collect_into(std::deque<int>{1})) == std::deque<int>{1, 2, 3});
  CHECK(*t.get(from({'b', 'c'}).collect_into(std::string("a"))) == "abc");
}

TEST_CASE("the body of a for_each may destroy it") {
  Fixture t;
  ManualScript script(t.loop);
  Future<void> reading;
  reading = iterator_of(script).for_each([&reading](int) { reading = {}; });
  t.run_until_idle();
  script.give(1);

  t.run_until_idle();

  CHECK_FALSE(reading.valid());
  CHECK(script.destroyed == 1);
  CHECK(script.closes == 0);
}
