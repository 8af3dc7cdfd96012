// SPDX-License-Identifier: MIT
//
// Generators that end before their last item: dropped, closed, cancelled.
#include <eddy/core/async_iterator.hpp>
#include <eddy/core/coro.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <string>

#include "core/coro_generator_kit.hpp"
#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::count_to;
using eddy::testing::Fixture;
using eddy::testing::Ints;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;
using eddy::testing::slowly;
using eddy::testing::with_clean_up;

namespace {

/// Yields whatever it is told, which it notes.
Ints stubborn(std::string& events) {
  for (;;) {
    const bool wanted = co_yield offer(1);
    events += wanted ? "wanted " : "told ";
  }
}

/// Yields also after a soft cancel, and ends when it is told that nobody wants more.
Ints obedient(Loop& loop, std::string& events) {
  for (bool wanted = true; wanted;) {
    const Result<void> slept = co_await as_result(loop.sleep(1s));
    events += slept ? "slept " : "canceled ";
    wanted = co_yield offer(1);
    events += wanted ? "wanted " : "told ";
  }
}

AsyncIterator<std::shared_ptr<Probe>> one_probe(ProbeCount& count) {
  std::shared_ptr<Probe> item = shared_probe(count);
  co_yield std::move(item);
}

/// Goes on after a soft cancel.
Ints hardened(Loop& loop) {
  for (int i = 1;; ++i) {
    const Result<void> slept = co_await as_result(loop.sleep(1s));
    co_yield slept ? i : -i;
  }
}

Future<int> sum_of(Ints items) {
  int sum = 0;
  while (auto item = co_await items)
    sum += *item;
  co_return sum;
}

}  // namespace

TEST_CASE("an item whose reader has gone is kept for the next reader") {
  Fixture t;
  std::string events;
  Ints items = slowly(t.loop, events);
  Future<std::optional<int>> first = items.next();
  CHECK_FALSE(t.poll(first));

  first = {};
  t.clock.advance(1s);
  Future<std::optional<int>> second = items.next();

  CHECK(t.poll(second));
  CHECK(t.get(std::move(second)).value() == 1);
}

TEST_CASE("destroying the iterator stops what the generator awaits and destroys its locals") {
  Fixture t;
  std::string events;
  std::optional<Ints> items = slowly(t.loop, events);
  {
    const auto asked = items->next();
    t.run_until_idle();
  }
  CHECK(t.loop.statistic().active_timers == 1);

  items.reset();

  CHECK(events == "local ");
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("an iterator that is destroyed at a yield destroys the locals of its generator") {
  Fixture t;
  std::string events;
  std::optional<Ints> items = slowly(t.loop, events);
  Future<std::optional<int>> first = items->next();
  t.clock.advance(1s);
  CHECK(t.get(std::move(first)).value() == 1);

  items.reset();

  CHECK(events == "local ");
}

TEST_CASE("close ends a generator at its yield: its locals die before close is done") {
  Fixture t;
  std::string events;
  Ints items = slowly(t.loop, events);
  Future<std::optional<int>> first = items.next();
  t.clock.advance(1s);
  CHECK(t.get(std::move(first)).value() == 1);

  Future<void> closed = items.close();

  CHECK_FALSE(closed.ready());
  CHECK(t.get(std::move(closed)).has_value());
  CHECK(events == "local ");
  CHECK(t.get(items.next()).value() == std::nullopt);
}

TEST_CASE("close cancels what a generator awaits whose reader has gone") {
  Fixture t;
  std::string events;
  Ints items = slowly(t.loop, events);
  {
    const auto asked = items.next();
    t.run_until_idle();
  }

  CHECK(t.get(items.close()).has_value());

  CHECK(events == "local ");
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("close before the first item never starts the body") {
  Fixture t;
  std::string events;
  Ints items = count_to(1, events);

  CHECK(t.get(items.close()).has_value());

  CHECK(events.empty());
}

TEST_CASE("a generator that offers its items may clean up in its own time when closed") {
  Fixture t;
  std::string events;
  Ints items = with_clean_up(t.loop, events);
  CHECK(t.get(items.next()).value() == 1);

  Future<void> closed = items.close();
  CHECK_FALSE(t.poll(closed));
  t.clock.advance(1s);

  CHECK(t.get(std::move(closed)).has_value());
  CHECK(events == "cleaned ");
}

TEST_CASE("a generator that yields on after it was closed fails the close and never goes on") {
  Fixture t;
  std::string events;
  Ints items = stubborn(events);
  CHECK(t.get(items.next()).value() == 1);

  CHECK(t.get(items.close()).error() == Errc::invalid);
  CHECK(events == "told ");
}

TEST_CASE("a generator that is at work when it is closed hears so at its next yield") {
  Fixture t;
  std::string events;
  Ints items = obedient(t.loop, events);
  {
    const auto asked = items.next();
    t.run_until_idle();
  }
  CHECK(events.empty());

  CHECK(t.get(items.close()));

  CHECK(events == "canceled told ");
}

TEST_CASE("an item that was yielded for nobody dies when the generator is closed") {
  Fixture t;
  ProbeCount count;
  auto items = one_probe(count);
  { const auto asked = items.next(); }
  t.run_until_idle();
  CHECK(count.alive == 1);

  Future<void> closed = items.close();

  CHECK(count.alive == 0);
  CHECK(t.get(std::move(closed)));
}

TEST_CASE("a soft cancel before the turn of a generator hits its first wait") {
  Fixture t;
  std::string events;
  Ints items = slowly(t.loop, events);
  TaskGroup group(t.loop);
  Task task = group.spawn("reader", items.next().then([](const auto&) {}));

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a failure during the close of a generator fails the close") {
  Fixture t;
  Ints items = []() -> Ints {
    std::ignore = co_yield offer(1);
    throw Exception(Errc::too_large);
  }();
  CHECK(t.get(items.next()).value() == 1);

  CHECK(t.get(items.close()).error() == Errc::too_large);
}

TEST_CASE("soft cancel of a next() reaches what the generator awaits and ends it") {
  Fixture t;
  std::string events;
  TaskGroup group(t.loop);
  Task task = group.spawn("reader", sum_of(slowly(t.loop, events)).then([](int) {}));
  t.clock.advance(1s);

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(events == "local ");
}

TEST_CASE("a generator may go on after a soft cancel") {
  Fixture t;
  Ints items = hardened(t.loop);
  Future<std::optional<int>> first = items.next().timeout(500ms);
  CHECK_FALSE(t.poll(first));

  t.clock.advance(500ms);

  CHECK(t.get(std::move(first)).error() == Errc::timed_out);
  Future<std::optional<int>> second = items.next();
  t.clock.advance(1s);
  CHECK(t.get(std::move(second)).value() == 2);
}

TEST_CASE("a reader may destroy the iterator with the item in its hand") {
  Fixture t;
  std::string events;
  std::optional<Ints> items = count_to(2, events);
  Future<void> read = items->next().then([&items](std::optional<int>) { items.reset(); });

  CHECK(t.poll(read));
  CHECK(events == "start ");
}

TEST_CASE("a generator may destroy its own iterator: it dies when it gives way") {
  Fixture t;
  std::string events;
  std::optional<Ints> items;
  const auto body = [](Loop& loop, std::optional<Ints>& self, std::string& log) -> Ints {
    ProbeCount count;
    const Probe local(count, [&log] { log += "local "; });
    co_await loop.next_turn();
    self.reset();
    log += "alive ";
    co_yield 1;
    log += "never ";
  };
  items = body(t.loop, items, events);
  {
    const auto asked = items->next();
    t.loop.turn();
  }

  t.run_until_idle();

  CHECK(events == "alive local ");
}

TEST_CASE("a generator that outlives its loop dies with its iterator") {
  std::string events;
  std::optional<Ints> items;
  {
    Loop loop;
    items = slowly(loop, events);
    {
      const auto asked = items->next();
      loop.turn();
    }
  }
  CHECK(events.empty());

  items.reset();

  CHECK(events == "local ");
}
