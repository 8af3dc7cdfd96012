// SPDX-License-Identifier: MIT
#include <eddy/core/coro.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/queue.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

Future<int> three() {
  co_return 3;
}

Future<int> half_of(Future<int> number) {
  const int value = co_await std::move(number);
  if (value % 2 != 0) co_return Error(Errc::invalid, "half of an odd number");
  co_return value / 2;
}

Future<void> note(std::string& events, Future<void> first) {
  events += "a";
  co_await std::move(first);
  events += "b";
}

template <class T>
Future<T> pass_on(Future<T> future) {
  co_return co_await std::move(future);
}

template <class T>
Future<T> give(T value) {
  co_return value;
}

/// Awaits something else and measures how long that takes.
class Stopwatch {
 public:
  Stopwatch(Loop& loop, Future<void> work) : loop_(loop), work_(std::move(work)) {}

  Future<Duration> operator co_await() && {
    return std::move(work_).then(
        [&loop = loop_, start = loop_.now()] { return loop.now() - start; });
  }

 private:
  Loop& loop_;
  Future<void> work_;
};

using VoidPromise = std::coroutine_traits<Future<void>>::promise_type;

template <class Awaited>
concept CanAwait = requires(VoidPromise& promise, Awaited&& awaited) {
  promise.await_transform(std::forward<Awaited>(awaited));
};
template <class Awaited>
constexpr bool can_await = CanAwait<Awaited>;

}  // namespace

TEST_CASE("a coroutine runs inside the call until it waits, and goes on in a later turn") {
  Fixture t;
  std::string events;
  Promise<void> promise(t.loop);

  Future<void> done = note(events, promise.future());

  CHECK(events == "a");
  CHECK_FALSE(t.poll(done));
  std::move(promise).set_value();
  CHECK(events == "a");  // a continuation never runs inline
  CHECK(t.poll(done));
  CHECK(events == "ab");
}

TEST_CASE("a coroutine that never waits gives a future that is ready") {
  Fixture t;

  Future<int> number = three();

  CHECK(number.ready());
  CHECK(t.get(std::move(number)).value() == 3);
}

TEST_CASE("continuations of a coroutine that is ready wait for their turn") {
  Fixture t;
  bool ran = false;

  Future<void> after = three().then([&ran](int) { ran = true; });

  CHECK_FALSE(ran);
  CHECK(t.poll(after));
  CHECK(ran);
}

TEST_CASE("co_await gives the value of a future") {
  Fixture t;
  Promise<int> promise(t.loop);
  Future<int> half = half_of(promise.future());
  CHECK_FALSE(t.poll(half));

  std::move(promise).set_value(10);

  CHECK(t.get(std::move(half)).value() == 5);
}

TEST_CASE("co_return takes a code, a result of either kind and what makes a value") {
  Fixture t;
  const auto code = []() -> Future<int> {
    co_return Errc::closed;
  };
  const auto good = []() -> Future<int> {
    co_return Result<int>(4);
  };
  const auto bad = []() -> Future<int> {
    co_return Result<int>(Errc::too_large);
  };
  const auto text = []() -> Future<std::string> {
    co_return "text";
  };
  const auto braces = []() -> Future<std::pair<int, char>> {
    co_return {1, 'a'};
  };

  CHECK(t.get(code()).error() == Errc::closed);
  CHECK(t.get(good()).value() == 4);
  CHECK(t.get(bad()).error() == Errc::too_large);
  CHECK(t.get(text()).value() == "text");
  CHECK(t.get(braces()).value() == std::pair(1, 'a'));
}

TEST_CASE("values that can only be moved pass through coroutines") {
  Fixture t;

  auto nine = t.get(pass_on(give(std::make_unique<int>(9))));

  CHECK(**nine == 9);
}

TEST_CASE("locals die when the body ends, arguments with the result") {
  Fixture t;
  ProbeCount locals;
  ProbeCount arguments;
  const auto body = [](ProbeCount& count, Probe) -> Future<int> {
    const Probe local(count);
    co_return count.alive;
  };

  Future<int> seen = body(locals, Probe(arguments));

  CHECK(locals.alive == 0);
  CHECK(arguments.alive == 1);
  CHECK(t.get(std::move(seen)).value() == 1);
  CHECK(arguments.alive == 0);
}

TEST_CASE("every kind of awaitable of the loop can be awaited") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn("task", t.loop.sleep(1s));
  SharedFuture<int> shared = t.loop.sleep(2s, 4).share();
  const auto body = [](Loop& loop, Task joined, SharedFuture<int> many) -> Future<int> {
    co_await joined.join();
    co_await loop.next_turn();
    const int sum = co_await many.future() + co_await many.future();
    co_return sum + co_await three();
  };
  Future<int> sum = body(t.loop, task, shared);
  CHECK_FALSE(t.poll(sum));

  t.clock.advance(2s);

  CHECK(t.get(std::move(sum)).value() == 11);
}

TEST_CASE("an item that comes to a coroutine through a time limit is taken, or goes back") {
  Fixture t;  // the limit hands on what the queue lends, and goes when it does
  Queue<int> queue(2);
  Future<int> first = pass_on(queue.get().timeout(1s));
  Future<int> second = pass_on(queue.get().timeout(1s));
  CHECK_FALSE(t.poll(first));

  CHECK(queue.try_put(1));
  CHECK(queue.try_put(2));
  second = {};

  CHECK(*t.get(std::move(first)) == 1);
  CHECK(*queue.try_get() == 2);
}

TEST_CASE("an object of a class with a hook can be awaited") {
  Fixture t;
  const auto body = [](Loop& loop) -> Future<Duration> {
    co_return co_await Stopwatch(loop, loop.sleep(3s));
  };
  Future<Duration> took = body(t.loop);
  CHECK_FALSE(t.poll(took));

  t.clock.advance(3s);

  CHECK(t.get(std::move(took)).value() == 3s);
}

TEST_CASE("a named future whose captures need a destructor is awaited with every compiler") {
  Fixture t;  // GCC 12 destroys them twice without the name
  ProbeCount count;
  const auto body = [](Loop& loop, ProbeCount& probes) -> Future<int> {
    Future<int> alive =
        loop.sleep(1s).then([probe = Probe(probes), &probes] { return probes.alive; });
    co_return co_await std::move(alive);
  };
  Future<int> seen = body(t.loop, count);
  CHECK_FALSE(t.poll(seen));

  t.clock.advance(1s);

  CHECK(t.get(std::move(seen)).value() == 1);
  CHECK(count.alive == 0);
}

TEST_CASE("a future is given away to be awaited: an lvalue does not compile") {
  CHECK(can_await<Future<int>>);
  CHECK_FALSE(can_await<Future<int>&>);
  CHECK_FALSE(can_await<const Future<int>&>);
}
