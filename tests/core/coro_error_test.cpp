// SPDX-License-Identifier: MIT
//
// How coroutines fail and what they make of failures.
#include <eddy/core/coro.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
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

Future<int> half_of(Future<int> number) {
  const int value = co_await std::move(number);
  if (value % 2 != 0) co_return Error(Errc::invalid, "half of an odd number");
  co_return value / 2;
}

template <class T>
Future<T> pass_on(Future<T> future) {
  co_return co_await std::move(future);
}

Future<void> throws_at_once(Error error) {
  throw Exception(std::move(error));
  co_return;
}

Future<int> throws_a_misfit() {
  throw Misfit();
  co_return 1;
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

}  // namespace

TEST_CASE("co_return of an error fails the future with it") {
  Fixture t;

  const Result<int> half = t.get(half_of(ready_future(7)));

  CHECK(half.error() == Errc::invalid);
  CHECK(half.error().context() == "half of an odd number");
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

TEST_CASE("what a local throws as it dies takes the place of the result") {
  Fixture t;
  struct Thrower {
    Thrower() = default;
    Thrower(const Thrower&) = delete;
    Thrower& operator=(const Thrower&) = delete;
    ~Thrower() noexcept(false) { throw std::runtime_error("too late"); }
  };
  const auto body = [](ProbeCount& probes) -> Future<std::shared_ptr<Probe>> {
    const Thrower thrower;
    co_return shared_probe(probes);
  };
  ProbeCount count;

  const auto result = t.get(body(count));

  CHECK(result.error() == Errc::exception);
  CHECK(count.made == 1);
  CHECK(count.alive == 0);
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

TEST_CASE("an error of a coroutine that nobody reads is reported with the place of the coroutine") {
  Fixture t;

  { const Future<void> lost = throws_at_once(Errc::closed); }

  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread[0].error == Errc::closed);
  CHECK(std::string(unread[0].site.file).find("coro_error_test.cpp") != std::string::npos);
}
