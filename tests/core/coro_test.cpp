// SPDX-License-Identifier: MIT
#include <eddy/core/coro.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

struct Misfit {};  // not derived from std::exception

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

Future<void> throws_at_once(Error error) {
  throw Exception(std::move(error));
  co_return;
}

Future<int> throws_a_misfit() {
  throw Misfit();
  co_return 1;
}

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

TEST_CASE("co_return of an error fails the future with it") {
  Fixture t;

  const Result<int> half = t.get(half_of(ready_future(7)));

  CHECK(half.error() == Errc::invalid);
  CHECK(half.error().context() == "half of an odd number");
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

TEST_CASE("an error that co_await throws carries its code and its context") {
  Fixture t;
  Promise<void> promise(t.loop);
  const auto caught = [](Future<void> work) -> Future<std::string> {
    try {
      co_await std::move(work);
    } catch (const Exception& failure) {
      co_return failure.error().message();
    }
    co_return "nothing";
  };
  Future<std::string> message = caught(promise.future());
  CHECK_FALSE(t.poll(message));

  std::move(promise).set_error(Error(Errc::closed, "work"));

  CHECK(t.get(std::move(message)).value() == Error(Errc::closed, "work").message());
}

TEST_CASE("an error that nobody catches passes through coroutines unchanged") {
  Fixture t;

  const auto result = t.get(pass_on(pass_on(failed_future<int>(Error(Errc::closed, "below")))));

  CHECK(result.error() == Errc::closed);
  CHECK(result.error().context() == "below");
}

TEST_CASE("an eddy::Exception that is thrown gives its error, any other becomes an exception") {
  Fixture t;

  CHECK(t.get(throws_at_once(Errc::too_large)).error() == Errc::too_large);
  CHECK(t.get(throws_a_misfit()).error() == Errc::exception);
}

TEST_CASE("an exception of the user comes out of co_await as what was thrown") {
  Fixture t;
  const auto catches = []() -> Future<bool> {
    try {
      std::ignore = co_await throws_a_misfit();
    } catch (const Misfit&) {
      co_return true;
    }
    co_return false;
  };

  CHECK(t.get(catches()).value());
}

TEST_CASE("as_result gives errors as values") {
  Fixture t;
  const auto message_of = [](Future<void> work) -> Future<std::string> {
    const Result<void> result = co_await as_result(std::move(work));
    co_return result ? "none" : result.error().message();
  };

  CHECK(t.get(message_of(ready_future())).value() == "none");
  CHECK(t.get(message_of(failed_future<void>(Errc::closed))).value() == "closed");
}

TEST_CASE("co_await of a result gives its value or throws its error") {
  Fixture t;
  const auto unwrap = [](Result<int> result) -> Future<int> {
    co_return co_await std::move(result) + 1;
  };

  CHECK(t.get(unwrap(4)).value() == 5);
  CHECK(t.get(unwrap(Errc::closed)).error() == Errc::closed);
}

TEST_CASE("a coroutine that throws after its first wait fails its future") {
  Fixture t;
  const auto body = [](Loop& loop) -> Future<int> {
    co_await loop.sleep(1s);
    throw std::runtime_error("late");
  };
  Future<int> late = body(t.loop);
  CHECK_FALSE(t.poll(late));

  t.clock.advance(1s);

  CHECK(t.get(std::move(late)).error().message().find("late") != std::string::npos);
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

TEST_CASE("an error of a coroutine that nobody reads is reported with the place of the coroutine") {
  Fixture t;

  { const Future<void> lost = throws_at_once(Errc::closed); }

  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == Errc::closed);
  CHECK(std::string(unread[0].site.file).find("coro_test.cpp") != std::string::npos);
}

TEST_CASE("a future is given away to be awaited: an lvalue does not compile") {
  CHECK(can_await<Future<int>>);
  CHECK_FALSE(can_await<Future<int>&>);
  CHECK_FALSE(can_await<const Future<int>&>);
}
