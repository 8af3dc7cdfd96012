// SPDX-License-Identifier: MIT
//
// What a reader who knows awaitables, coroutines and futures elsewhere finds here.
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

/// Gives how long the work took: a wrapper as anybody can write it.
template <class T>
Future<Duration> measured(Loop& loop, Future<T> work) {
  return std::move(work).then(
      [&loop, start = loop.now()](const auto&...) { return loop.now() - start; });
}

}  // namespace

TEST_CASE("work begins when its function is called, whether or not anybody waits") {
  Fixture t;
  bool began = false;
  const auto work = [&] {
    began = true;
    return t.loop.sleep(1s);
  };
  CHECK_FALSE(began);

  const Future<void> future = work();

  CHECK(began);
  CHECK_FALSE(t.poll(future));
}

TEST_CASE("code between two waits is not interleaved with that of others") {
  Fixture t;
  std::string events;
  TaskGroup group(t.loop);
  const auto twice = [&events, &t](char name) {
    return t.loop.sleep(1s).then([&events, &t, name] {
      events += name;
      events += name;
      return t.loop.sleep(1s).then([&events, name] { events += name; });
    });
  };
  group.spawn("a", twice('a'));
  group.spawn("b", twice('b'));

  t.clock.advance(2s);

  CHECK(events == "aabbab");
}

TEST_CASE("a timer and a promise make a sleep of one's own") {
  Fixture t;
  Promise<int> promise(t.loop);
  Future<int> sleep = promise.future();
  Timer timer(t.loop, [&promise] { std::move(promise).set_value(7); });
  timer.start(1s);
  CHECK_FALSE(t.poll(sleep));

  t.clock.advance(1s);

  CHECK(*t.get(std::move(sleep)) == 7);
}

TEST_CASE("a counter in the callbacks of several futures is a gather made by hand") {
  Fixture t;
  Promise<int> sum(t.loop);
  Future<int> all = sum.future();
  std::vector<Future<void>> parts;
  int left = 3;
  int total = 0;
  for (int i = 1; i <= 3; ++i) {
    parts.push_back(t.loop.sleep(i * 1s, i).then([&](int n) {
      total += n;
      if (--left == 0) std::move(sum).set_value(total);
    }));
  }
  t.clock.advance(2s);
  CHECK_FALSE(all.ready());

  t.clock.advance(1s);

  CHECK(*t.get(std::move(all)) == 6);
}

TEST_CASE("sleep gives the value it was given and holds up nobody but its own chain") {
  Fixture t;
  bool other = false;
  Future<std::string> slow = t.loop.sleep(2s, std::string("done"));
  const Future<void> quick = t.loop.sleep(1s).then([&other] { other = true; });

  t.clock.advance(1s);
  CHECK(other);
  CHECK_FALSE(slow.ready());
  t.clock.advance(1s);

  CHECK(*t.get(std::move(slow)) == "done");
}

TEST_CASE("a function over a future is an awaitable of one's own: one that measures") {
  Fixture t;
  Future<Duration> time = measured(t.loop, t.loop.sleep(1500ms, 7));

  t.clock.advance(2s);

  CHECK(*t.get(std::move(time)) == 1500ms);
}
