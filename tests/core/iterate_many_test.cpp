// SPDX-License-Identifier: MIT
//
// merge, zip and buffered: what reads several futures at once.
#include "manual_source.hpp"

#include <eddy/core/iterate.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <algorithm>
#include <optional>
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

/// A call that takes so many seconds, and remembers how many ran at once.
struct Calls {
  explicit Calls(Fixture& of) : t(of) {}

  Future<int> operator()(int seconds) {
    ++started;
    most = std::max(most, ++running);
    return t.loop.sleep(seconds * 1s, seconds).finally([this] { --running; });
  }

  Fixture& t;
  int started = 0;
  int running = 0;
  int most = 0;
};

void pass(Fixture& t, int seconds) {
  for (int i = 0; i < seconds; ++i) {
    t.run_until_idle();
    t.clock.advance(1s);
  }
  t.run_until_idle();
}

}  // namespace

TEST_CASE("merge gives the items as they arrive, and ends when all have ended") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  AsyncIterator<int> items = merge(iterator_of(a), iterator_of(b));
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));

  b.give(1);
  CHECK(*t.get(std::move(next)) == 1);
  next = items.next();
  a.give(2);
  CHECK(*t.get(std::move(next)) == 2);
  next = items.next();
  a.end();
  CHECK_FALSE(t.poll(next));
  b.end();

  CHECK(*t.get(std::move(next)) == std::nullopt);
  CHECK(a.closes + b.closes == 0);
}

TEST_CASE("merge is fair: who is fast does not starve the others") {
  Fixture t;

  CHECK(*t.get(merge(from({1, 2, 3}), from({10, 20, 30}), from({100})).collect()) ==
        Ints{1, 10, 100, 2, 20, 3, 30});
}

TEST_CASE("merge of nothing ends at once") {
  Fixture t;

  CHECK(t.get(merge(std::vector<AsyncIterator<int>>()).collect())->empty());
}

TEST_CASE("an error of one ends a merge and closes the others before it is delivered") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  b.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  AsyncIterator<int> items = merge(iterator_of(a), iterator_of(b));
  Future<Item> next = items.next();
  a.fail(Errc::protocol);

  CHECK_FALSE(t.poll(next));
  CHECK_FALSE(b.wanted());
  CHECK(b.closes == 1);
  t.clock.advance(1s);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);
}

TEST_CASE("what has arrived at a merge stays when who asked is dropped") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  AsyncIterator<int> items = merge(iterator_of(a), iterator_of(b));
  Future<Item> next = items.next();
  next = {};
  a.give(1);
  b.give(2);

  CHECK(*t.get(items.next()) == 1);
  CHECK(*t.get(items.next()) == 2);
}

TEST_CASE("errors of a merge that nobody read are reported") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  AsyncIterator<int> items = merge(iterator_of(a), iterator_of(b));
  Future<Item> next = items.next();
  a.fail(Errc::protocol);
  b.fail(Errc::too_large);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);

  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == Errc::too_large);
}

TEST_CASE("closing a merge closes all, also when one close fails") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  a.on_close = [] {
    return failed_future<void>(Errc::closed);
  };
  AsyncIterator<int> items = merge(iterator_of(a), iterator_of(b));

  CHECK(t.get(items.close()).error() == Errc::closed);

  CHECK(b.closes == 1);
}

TEST_CASE("zip gives tuples, of items that are asked for at the same time") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  auto pairs = zip(iterator_of(a), iterator_of(b));
  auto next = pairs.next();
  CHECK(a.wanted());
  CHECK(b.wanted());
  b.give(2);
  CHECK_FALSE(t.poll(next));
  a.give(1);

  CHECK(*t.get(std::move(next)) == std::tuple(1, 2));
}

TEST_CASE("zip ends with the shortest, and closes the others first") {
  Fixture t;
  CHECK(*t.get(zip(from({1, 2, 3}), from({'a', 'b'})).collect()) ==
        std::vector<std::tuple<int, char>>{{1, 'a'}, {2, 'b'}});
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  b.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  auto next = zip(iterator_of(a), iterator_of(b)).next();
  a.end();

  CHECK_FALSE(t.poll(next));
  CHECK(b.closes == 1);
  CHECK(a.closes == 0);
  t.clock.advance(1s);

  CHECK_FALSE(t.get(std::move(next))->has_value());
}

TEST_CASE("what one has given to a zip stays when who asked is dropped") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  auto pairs = zip(iterator_of(a), iterator_of(b));
  auto next = pairs.next();
  a.give(1);
  next = {};
  b.give(2);

  CHECK(*t.get(pairs.next()) == std::tuple(1, 2));
}

TEST_CASE("an error of one ends a zip and closes the others") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  auto next = zip(iterator_of(a), iterator_of(b)).next();
  b.fail(Errc::protocol);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);

  CHECK(a.closes == 1);
}

TEST_CASE("a zip that is closed while it ends closes each once") {
  Fixture t;
  ManualScript a(t.loop);
  ManualScript b(t.loop);
  b.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  auto pairs = zip(iterator_of(a), iterator_of(b));
  auto next = pairs.next();
  a.end();
  CHECK_FALSE(t.poll(next));

  Future<void> closed = pairs.close();
  CHECK_FALSE(t.poll(closed));
  t.clock.advance(1s);

  CHECK(t.get(std::move(closed)));
  CHECK(b.closes == 1);
  CHECK_FALSE(t.get(std::move(next))->has_value());
}

TEST_CASE("buffered lets so many calls run at once, and gives their values in order") {
  Fixture t;
  Calls calls(t);
  Future<Ints> all =
      from({3, 2, 1, 2}).map([&calls](int s) { return calls(s); }).buffered(2).collect();

  CHECK_FALSE(t.poll(all));
  CHECK(calls.started == 2);
  pass(t, 2);
  CHECK(calls.started == 2);  // the first, which is not done, stands before the second
  pass(t, 4);

  CHECK(*t.get(std::move(all)) == Ints{3, 2, 1, 2});
  CHECK(calls.most == 2);
}

TEST_CASE("unordered, buffered gives the values as they come") {
  Fixture t;
  Calls calls(t);
  Future<Ints> all =
      from({3, 1, 5, 1}).map([&calls](int s) { return calls(s); }).buffered_unordered(2).collect();

  pass(t, 8);

  CHECK(*t.get(std::move(all)) == Ints{1, 3, 1, 5});
  CHECK(calls.most == 2);
}

TEST_CASE("futures that are items can be buffered") {
  Fixture t;
  std::vector<Future<int>> futures;
  futures.push_back(t.loop.sleep(2s, 2));
  futures.push_back(t.loop.sleep(1s, 1));
  Future<Ints> all = from(std::move(futures)).buffered_unordered(2).collect();

  pass(t, 2);

  CHECK(*t.get(std::move(all)) == Ints{1, 2});
}

TEST_CASE("an error of a call comes in its place, and the others are cancelled with clean-up") {
  Fixture t;
  bool cleaned = false;
  auto call = [&](int item) -> Future<int> {
    if (item == 2) return failed_future<int>(Errc::protocol);
    if (item == 1) return t.loop.sleep(1s, 1);
    return t.loop.sleep(1h, item).finally(
        [&t, &cleaned] { return t.loop.sleep(1s).then([&cleaned] { cleaned = true; }); });
  };
  AsyncIterator<int> items = from({1, 2, 3}).map(call).buffered(3);
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));
  t.clock.advance(1s);
  CHECK(*t.get(std::move(next)) == 1);

  next = items.next();
  CHECK_FALSE(t.poll(next));
  CHECK_FALSE(cleaned);
  t.clock.advance(1s);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);
  CHECK(cleaned);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("an error of the source of a buffered comes after the calls before it") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items =
      iterator_of(script).map([&t](int item) { return t.loop.sleep(1s, item); }).buffered(5);
  Future<Item> next = items.next();
  t.run_until_idle();
  script.give(1);
  t.run_until_idle();
  script.fail(Errc::protocol);
  CHECK_FALSE(t.poll(next));
  t.clock.advance(1s);

  CHECK(*t.get(std::move(next)) == 1);
  CHECK(t.get(items.next()).error() == Errc::protocol);
  CHECK(script.closes == 1);
}

TEST_CASE("a second error of a buffered is reported when it ends") {
  Fixture t;
  auto call = [&t](int item) {
    return t.loop.sleep(1s).then(
        [item]() -> Result<int> { return item == 1 ? Errc::protocol : Errc::too_large; });
  };
  Future<Ints> all = from({1, 2}).map(call).buffered(2).collect();
  CHECK_FALSE(t.poll(all));
  t.clock.advance(1s);

  CHECK(t.get(std::move(all)).error() == Errc::protocol);

  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == Errc::too_large);
}

TEST_CASE("calls of a buffered go on, and nothing is lost, when who asked is dropped") {
  Fixture t;
  Calls calls(t);
  AsyncIterator<int> items = from({1, 2}).map([&calls](int s) { return calls(s); }).buffered(2);
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));
  next = {};
  pass(t, 2);

  CHECK(calls.running == 0);
  CHECK(*t.get(items.next()) == 1);
  CHECK(*t.get(items.next()) == 2);
  CHECK(*t.get(items.next()) == std::nullopt);
}

TEST_CASE("a buffered that is dropped drops its calls") {
  Fixture t;
  Calls calls(t);
  Future<Ints> all =
      from({1, 2, 3}).map([&calls](int s) { return calls(s); }).buffered(2).collect();
  CHECK_FALSE(t.poll(all));
  CHECK(t.loop.statistic().active_timers == 2);

  all = {};

  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("soft cancel of a buffered cancels its calls and waits for them") {
  Fixture t;
  int cleaned = 0;
  TaskGroup group(t.loop);
  auto call = [&](int) {
    return t.loop.sleep(1h, 0).finally(
        [&] { return t.loop.sleep(1s).then([&cleaned] { ++cleaned; }); });
  };
  Task task = group.spawn("calls",
                          from({1, 2, 3}).map(call).buffered(2).collect().then([](const auto&) {}));
  t.run_until_idle();

  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::running);
  t.clock.advance(1s);
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(cleaned == 2);
}

TEST_CASE("a buffered that is closed drops calls whose clean-up takes more than five seconds") {
  Fixture t;
  int cleaned = 0;
  AsyncIterator<int> items =
      from({1, 2})
          .map([&](int seconds) {
            return t.loop.sleep(1h, seconds).finally([&t, &cleaned, seconds] {
              return t.loop.sleep(seconds * 4s).then([&cleaned] { ++cleaned; });
            });
          })
          .buffered(2);
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));

  Future<void> closed = items.close();
  t.clock.advance(5s - 1ms);
  CHECK_FALSE(closed.ready());
  t.clock.advance(1ms);

  CHECK(t.get(std::move(closed)));
  CHECK(cleaned == 1);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a call of a buffered may drop the whole chain") {
  Fixture t;
  Future<Ints> all;
  auto call = [&](int item) {
    return t.loop.next_turn().then([&all, item] {
      all = {};
      return item;
    });
  };
  all = from({1, 2, 3}).map(call).buffered(3).collect();

  t.run_until_idle();

  CHECK_FALSE(all.valid());
}

TEST_CASE("iterators that read several futures may outlive the loop") {
  AsyncIterator<int> items;
  AsyncIterator<std::tuple<int, int>> pairs;
  Future<Item> next;
  Future<std::optional<std::tuple<int, int>>> pair;
  {
    Loop loop;
    auto slow = [&loop] {
      return from_function([&loop] { return loop.sleep(1h, Item(1)); });
    };
    items = merge(slow(), slow().map([&loop](int) { return loop.sleep(1h, 1); }).buffered(2));
    pairs = zip(slow(), from({1}));
    next = items.next();
    pair = pairs.next();
    std::ignore = loop.turn();
  }

  CHECK_FALSE(next.ready());
  CHECK_FALSE(pair.ready());
}
