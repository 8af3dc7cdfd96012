// SPDX-License-Identifier: MIT
//
// Dropping coroutines.
#include <eddy/core/coro.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// Notes when it goes on, and when its locals die.
Future<void> noted(std::string& events, Future<void> work) {
  ProbeCount count;
  const Probe local(count, [&events] { events += "local "; });
  co_await std::move(work);
  events += "went on ";
}

/// A promise that notes when its future is stopped.
Promise<void> noted_leaf(Loop& loop, std::string& events) {
  Promise<void> leaf(loop);
  leaf.on_abandoned([&events] { events += "leaf "; });
  return leaf;
}

}  // namespace

TEST_CASE("dropping the future stops what is awaited, then the locals die, and nothing runs") {
  Fixture t;
  std::string events;
  Promise<void> leaf = noted_leaf(t.loop, events);
  Future<void> work = noted(events, leaf.future());
  CHECK_FALSE(t.poll(work));

  work = {};

  CHECK(events == "leaf local ");
  t.run_until_idle();
  CHECK(events == "leaf local ");
}

TEST_CASE("dropping the future of coroutines that await each other ends them from the leaf") {
  Fixture t;
  std::string events;
  Promise<void> leaf = noted_leaf(t.loop, events);
  Future<void> work = noted(events, noted(events, leaf.future()).then([] {}));
  CHECK_FALSE(t.poll(work));

  work = {};

  CHECK(events == "leaf local local ");
}

TEST_CASE("a coroutine that is to go on and is dropped never does") {
  Fixture t;
  std::string events;
  Promise<void> leaf(t.loop);
  Future<void> work = noted(events, leaf.future());
  std::move(leaf).set_value();

  work = {};
  t.run_until_idle();

  CHECK(events == "local ");
}

TEST_CASE("dropping the second of two futures in an expression before its turn frees it") {
  Fixture t;
  const auto sum = [](Loop& loop) -> Future<int> {
    co_return co_await loop.sleep(1s, 1) + co_await loop.sleep(1s, 2);
  };
  Future<int> dropped = sum(t.loop);
  CHECK_FALSE(t.poll(dropped));

  dropped = {};

  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a coroutine may drop its own future: it dies at its next await, even of what is ready") {
  Fixture t;
  std::string events;
  std::optional<Future<void>> own;
  const auto suicide =
      [](Loop& loop, std::optional<Future<void>>& self, std::string& log) -> Future<void> {
    ProbeCount count;
    const Probe local(count, [&log] { log += "local "; });
    co_await loop.sleep(1s);
    self.reset();
    log += "alive ";
    co_await ready_future();
    log += "never ";
  };
  own = suicide(t.loop, own, events);

  t.clock.advance(1s);

  CHECK(events == "alive local ");
}

TEST_CASE("a coroutine that drops its own future and ends dies, its error is reported") {
  Fixture t;
  std::optional<Future<void>> own;
  const auto suicide = [](Loop& loop, std::optional<Future<void>>& self) -> Future<void> {
    co_await loop.sleep(1s);
    self.reset();
    throw Exception(Errc::closed);
  };
  own = suicide(t.loop, own);

  t.clock.advance(1s);

  CHECK(t.take_unread().size() == 1);
  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("arguments that end the group of their task as they die do not lose its error") {
  Fixture t;
  ProbeCount count;
  auto group = std::make_unique<TaskGroup>(t.loop);
  const auto body = [](Loop& loop, Probe) -> Future<void> {
    co_await loop.next_turn();
    throw Exception(Errc::protocol);
  };
  const Task task = group->spawn("work", body(t.loop, Probe(count, [&group] { group.reset(); })));

  t.run_until_idle();

  CHECK(group == nullptr);
  CHECK(task.state() == TaskState::canceled);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("a local that owns the coroutine's own future may die with the body") {
  Fixture t;
  auto nest = std::make_shared<Future<void>>();
  const auto body = [](Loop& loop, std::shared_ptr<Future<void>>& give) -> Future<void> {
    const auto own = std::move(give);
    co_await loop.sleep(1s);
  };
  Future<void>& own = *nest;
  own = body(t.loop, nest);
  CHECK(nest == nullptr);

  t.clock.advance(1s);

  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("a coroutine that outlives its loop dies with its future and never goes on") {
  std::string events;
  Future<void> work;
  {
    Loop loop;
    work = noted(events, loop.sleep(1s));
    std::ignore = loop.turn();
  }
  CHECK(events.empty());

  work = {};

  CHECK(events == "local ");
}
