// SPDX-License-Identifier: MIT
#include "manual_source.hpp"

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::iterator_of;
using eddy::testing::ManualScript;

using Item = std::optional<int>;

static_assert(sizeof(AsyncIterator<int>) == sizeof(void*));
static_assert(!std::is_copy_constructible_v<AsyncIterator<int>>);
static_assert(std::is_nothrow_move_constructible_v<AsyncIterator<int>>);

namespace {

class Countdown final : public AsyncSource<int> {
 public:
  explicit Countdown(int from) : left_(from) {}
  Future<Item> next() override {
    if (left_ == 0) return ready_future(Item());
    return ready_future(Item(left_--));
  }

 private:
  int left_;
};

class Thrower final : public AsyncSource<int> {
 public:
  Future<Item> next() override { throw std::runtime_error("next"); }
  Future<void> close() override { throw std::runtime_error("close"); }
};

/// A clean-up that takes a second.
auto slow_close(Fixture& t) {
  return [&t] {
    return t.loop.sleep(1s);
  };
}

}  // namespace

TEST_CASE("an iterator gives its items in order, then nothing for ever") {  // parity 14.4
  Fixture t;
  AsyncIterator<int> items = make_iterator<Countdown>(2);

  CHECK(*t.get(items.next()) == 2);
  CHECK(*t.get(items.next()) == 1);
  CHECK_FALSE(items.ended());
  CHECK(*t.get(items.next()) == std::nullopt);
  CHECK(items.ended());
  CHECK(*t.get(items.next()) == std::nullopt);
}

TEST_CASE("an empty iterator has ended") {
  Fixture t;
  AsyncIterator<int> items;

  CHECK(items.ended());
  CHECK(*t.get(items.next()) == std::nullopt);
  CHECK(t.get(items.close()));
}

TEST_CASE("an item is asked for only when somebody calls next, and awaited") {  // parity 14.4
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);
  t.run_until_idle();
  CHECK(script.nexts == 0);

  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));
  script.give(7);

  CHECK(*t.get(std::move(next)) == 7);
  CHECK(script.nexts == 1);
}

TEST_CASE("the end is not asked for twice, and what has ended is not closed") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next = items.next();
  script.end();
  CHECK(*t.get(std::move(next)) == std::nullopt);

  CHECK(*t.get(items.next()) == std::nullopt);
  CHECK(t.get(items.close()));

  CHECK(script.nexts == 1);
  CHECK(script.closes == 0);
}

TEST_CASE("a second next while the first is pending is refused, and the first goes on") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> first = items.next();

  const Result<Item> second = t.get(items.next());
  script.give(1);

  CHECK(second.error() == Errc::invalid);
  CHECK(second.error() == misuse);
  CHECK(second.error().context() == "next() while an earlier one is pending");
  CHECK(*t.get(std::move(first)) == 1);
  CHECK(script.nexts == 1);
}

TEST_CASE("after an error the iterator has ended") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next = items.next();
  script.fail(Errc::protocol);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);

  CHECK(items.ended());
  CHECK(*t.get(items.next()) == std::nullopt);
  CHECK(t.get(items.close()));
  CHECK(script.nexts == 1);
  CHECK(script.closes == 1);
}

TEST_CASE("an error is delivered when the source is closed") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = slow_close(t);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next = items.next();
  script.fail(Errc::protocol);

  CHECK_FALSE(t.poll(next));
  CHECK(script.closes == 1);
  t.clock.advance(1s);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);
}

TEST_CASE("a failing close beside an error is reported, and the error stays") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [] {
    return failed_future<void>(Errc::closed);
  };
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next = items.next();
  script.fail(Errc::protocol);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);

  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == Errc::closed);
}

TEST_CASE("close ends the iteration early, and takes its time") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = slow_close(t);
  AsyncIterator<int> items = iterator_of(script);
  Future<void> closed = items.close();

  CHECK(items.ended());
  CHECK_FALSE(t.poll(closed));
  t.clock.advance(1s);

  CHECK(t.get(std::move(closed)));
  CHECK(*t.get(items.next()) == std::nullopt);
  CHECK(script.nexts == 0);
}

TEST_CASE("closing twice closes once") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);

  CHECK(t.get(items.close()));
  CHECK(t.get(items.close()));

  CHECK(script.closes == 1);
}

TEST_CASE("close resolves the next that is pending to nothing") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = slow_close(t);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));

  Future<void> closed = items.close();

  CHECK_FALSE(script.wanted());
  CHECK(*t.get(std::move(next)) == std::nullopt);
  CHECK_FALSE(t.poll(closed));
  t.clock.advance(1s);
  CHECK(t.get(std::move(closed)));
}

TEST_CASE("the error of a close is its own") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [] {
    return failed_future<void>(Errc::closed);
  };
  AsyncIterator<int> items = iterator_of(script);

  CHECK(t.get(items.close()).error() == Errc::closed);
}

TEST_CASE("close keeps the source alive until it is closed") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = slow_close(t);
  AsyncIterator<int> items = iterator_of(script);
  Future<void> closed = items.close();

  items = {};

  CHECK(script.destroyed == 0);
  t.clock.advance(1s);
  CHECK(t.get(std::move(closed)));
  CHECK(script.destroyed == 1);
}

TEST_CASE("what a source throws is an error of the iterator") {
  Fixture t;
  AsyncIterator<int> items = make_iterator<Thrower>();
  CHECK(t.get(items.next()).error() == Errc::exception);
  CHECK(t.take_unread().size() == 1);  // of close()
  AsyncIterator<int> unread = make_iterator<Thrower>();

  CHECK(t.get(unread.close()).error() == Errc::exception);
}

TEST_CASE("dropping next takes the question back, and the item is that of the next call") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next = items.next();
  CHECK(script.wanted());

  next = {};

  CHECK_FALSE(script.wanted());
  next = items.next();
  script.give(1);
  CHECK(*t.get(std::move(next)) == 1);
  CHECK(script.closes == 0);
}

TEST_CASE("an iterator that is destroyed without close runs the destructor of the source alone") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);

  items = {};

  CHECK(script.destroyed == 1);
  CHECK(script.closes == 0);
}

TEST_CASE("a next that is pending keeps the source alive") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next = items.next();

  items = {};

  CHECK(script.destroyed == 0);
  script.give(3);
  CHECK(*t.get(std::move(next)) == 3);
  CHECK(script.destroyed == 1);
}

TEST_CASE("soft cancel reaches the source, which is closed before it goes on") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = slow_close(t);
  AsyncIterator<int> items = iterator_of(script);
  TaskGroup group(t.loop);
  Task reader = group.spawn("reader", items.next().then([](Item) {}));
  t.run_until_idle();

  reader.cancel();
  reader.cancel();  // does not reach the clean-up
  t.run_until_idle();

  CHECK(script.closes == 1);
  CHECK(reader.state() == TaskState::running);
  t.clock.advance(1s);
  t.run_until_idle();
  CHECK(reader.state() == TaskState::canceled);
  CHECK(items.ended());
}

TEST_CASE("dropped while the source closes, its destructor does the rest and the error is lost") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = slow_close(t);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next = items.next();
  script.fail(Errc::protocol);
  CHECK_FALSE(t.poll(next));
  items = {};
  CHECK(script.destroyed == 0);

  next = {};

  CHECK(script.destroyed == 1);
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("an iterator may be destroyed, or closed, by who gets its item") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);
  Future<void> first = items.next().then([&](Item) { items = {}; });
  script.give(1);
  CHECK(t.get(std::move(first)));
  CHECK(script.destroyed == 1);
  items = iterator_of(script);
  Future<void> second = items.next().then([&](Item) { return items.close(); });
  script.give(2);

  CHECK(t.get(std::move(second)));

  CHECK(script.closes == 1);
  CHECK(items.ended());
}

TEST_CASE("a close that drops the question that failed ends well") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script);
  Future<Item> next;
  script.on_close = [&] {
    next = {};
    return t.loop.sleep(1s);
  };
  next = items.next();
  script.fail(Errc::protocol);

  t.run_until_idle();

  CHECK_FALSE(next.valid());
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("an iterator and its next may outlive the loop") {
  AsyncIterator<int> items;
  Future<Item> next;
  Future<void> closed;
  {
    Loop loop;
    items = make_iterator<Countdown>(3);
    next = items.next();
    closed = items.close();
  }

  CHECK(next.ready());
  CHECK(items.ended());
}
