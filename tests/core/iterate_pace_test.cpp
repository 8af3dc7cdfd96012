// SPDX-License-Identifier: MIT
//
// throttle, debounce and timeout.
#include "manual_source.hpp"

#include <eddy/core/iterate.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::iterator_of;
using eddy::testing::ManualScript;

using Item = std::optional<int>;
using Ints = std::vector<int>;

TEST_CASE("throttle asks for an item some time after it gave the last") {
  Fixture t;
  AsyncIterator<int> items = from({1, 2, 3}).throttle(10s);
  CHECK(*t.get(items.next()) == 1);
  Future<Item> second = items.next();

  CHECK_FALSE(t.poll(second));
  t.clock.advance(10s);
  CHECK(*t.get(std::move(second)) == 2);
  t.clock.advance(20s);

  CHECK(*t.get(items.next()) == 3);
}

TEST_CASE("a throttle that never opens again gives one item") {
  Fixture t;
  AsyncIterator<int> items = from({1, 2}).throttle(Duration::max());
  CHECK(*t.get(items.next()) == 1);
  Future<Item> second = items.next();

  t.clock.advance(24h);

  CHECK_FALSE(second.ready());
}

TEST_CASE("throttle loses nothing when who asked is dropped") {
  Fixture t;
  AsyncIterator<int> items = from({1, 2}).throttle(10s);
  CHECK(*t.get(items.next()) == 1);
  Future<Item> second = items.next();
  CHECK_FALSE(t.poll(second));
  second = {};
  t.clock.advance(10s);

  CHECK(*t.get(items.next()) == 2);
}

TEST_CASE("debounce gives the last of several items when no more come") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script).debounce(10s);
  Future<Item> next = items.next();
  script.give(1);
  t.run_until_idle();
  t.clock.advance(9s);
  CHECK_FALSE(t.poll(next));
  script.give(2);
  t.run_until_idle();
  t.clock.advance(9s);
  CHECK_FALSE(t.poll(next));
  t.clock.advance(1s);

  CHECK(*t.get(std::move(next)) == 2);
}

TEST_CASE("debounce gives what is there at the end, then ends") {
  Fixture t;

  CHECK(*t.get(from({1, 2, 3}).debounce(10s).collect()) == Ints{3});
  CHECK(t.get(from(Ints()).debounce(10s).collect())->empty());
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("debounce gives what is there before an error, then the error") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script).debounce(10s);
  Future<Item> next = items.next();
  script.give(1);
  t.run_until_idle();
  script.fail(Errc::protocol);

  CHECK(*t.get(std::move(next)) == 1);
  CHECK(t.get(items.next()).error() == Errc::protocol);
  CHECK(script.closes == 1);
}

TEST_CASE("an item that came through a debounce is not replaced before it was taken") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script).debounce(10s);
  Future<Item> next = items.next();
  script.give(1);
  t.run_until_idle();
  next = {};
  t.clock.advance(10s);
  t.run_until_idle();
  script.give(2);
  t.run_until_idle();

  CHECK(*t.get(items.next()) == 1);
  next = items.next();
  CHECK_FALSE(t.poll(next));
  t.clock.advance(10s);

  CHECK(*t.get(std::move(next)) == 2);
}

TEST_CASE("closing a debounce drops its question and its timer") {
  Fixture t;
  ManualScript script(t.loop);
  AsyncIterator<int> items = iterator_of(script).debounce(10s);
  Future<Item> next = items.next();
  script.give(1);
  t.run_until_idle();
  CHECK(script.wanted());

  CHECK(t.get(items.close()));

  CHECK_FALSE(script.wanted());
  CHECK(script.closes == 1);
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(*t.get(std::move(next)) == std::nullopt);
}

TEST_CASE("an item that takes longer than its limit ends the iteration") {
  Fixture t;
  ManualScript script(t.loop);
  script.on_close = [&t] {
    return t.loop.sleep(1s);
  };
  AsyncIterator<int> items = iterator_of(script).timeout(10s);
  Future<Item> next = items.next();
  t.clock.advance(9s);
  script.give(1);
  CHECK(*t.get(std::move(next)) == 1);
  t.clock.advance(1h);  // counts only while somebody asks
  next = items.next();
  t.clock.advance(9s);
  CHECK_FALSE(t.poll(next));
  t.clock.advance(1s);
  CHECK_FALSE(t.poll(next));
  CHECK(script.closes == 1);
  t.clock.advance(1s);

  CHECK(t.get(std::move(next)).error() == Errc::timed_out);
  CHECK(items.ended());
}
