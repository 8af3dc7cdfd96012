// SPDX-License-Identifier: MIT
#include <eddy/core/any.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <stdexcept>
#include <string>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

Future<int> fails_after(Fixture& t, Duration after, Error error) {
  return t.loop.sleep(after).then([error]() -> Result<int> { return error; });
}

}  // namespace

TEST_CASE("any gives the first value, whatever failed before, and cancels the rest") {
  Fixture t;
  bool cleaned = false;
  auto success = any(fails_after(t, 1s, Errc::closed),
                     t.loop.sleep(2s, std::string("b")),
                     t.loop.sleep(3s).finally([&cleaned] { cleaned = true; }));
  t.clock.advance(1s);
  CHECK_FALSE(success.ready());
  t.clock.advance(1s);

  const auto value = t.get(std::move(success));

  CHECK(value->index() == 1);
  CHECK(std::get<1>(*value) == "b");
  CHECK(cleaned);
  CHECK(t.loop.statistic().unread_errors == 0);
}

TEST_CASE("any of a vector gives index and value") {
  Fixture t;
  std::vector<Future<int>> futures;
  futures.push_back(fails_after(t, 0s, Errc::closed));
  futures.push_back(t.loop.sleep(1s, 7));
  auto success = any(std::move(futures));
  t.clock.advance(1s);

  const auto value = t.get(std::move(success));

  CHECK(value->index == 1);
  CHECK(value->value == 7);
}

TEST_CASE("any whose futures all fail gives all errors in argument order") {
  Fixture t;
  auto success =
      any(fails_after(t, 2s, Error(Errc::closed, "a")), fails_after(t, 1s, Errc::too_large));
  t.clock.advance(2s);

  const auto result = t.get(std::move(success));

  CHECK(result.error() == Errc::exception);
  const auto errors = errors_in(result.error());
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].context() == "a");
  CHECK(errors[1] == Errc::too_large);
  CHECK(t.loop.statistic().unread_errors == 0);
}

TEST_CASE("the message of an aggregate error has those of its errors") {
  const AggregateError error({Error(Errc::closed, "a"), Error(Errc::too_large)});
  CHECK(std::string(error.what()) == "all 2 failed: a: closed; too large");
}

TEST_CASE("errors_in another error is that error alone") {
  const auto thrown = Error(std::make_exception_ptr(std::runtime_error("x")));
  CHECK(errors_in(Errc::closed).front() == Errc::closed);
  CHECK(errors_in(thrown).size() == 1);
}

TEST_CASE("any of no future at all is refused") {
  Fixture t;
  CHECK(t.get(any(std::vector<Future<int>>())).error() == Errc::invalid);
}

TEST_CASE("any drops its losers on demand") {
  Fixture t;
  bool cleaned = false;
  auto success =
      any(Losers::drop, ready_future(1), t.loop.sleep(1s).finally([&cleaned] { cleaned = true; }));

  CHECK(success.ready());
  t.run_until_idle();
  CHECK_FALSE(cleaned);
}

TEST_CASE("the error of a loser after the first success is reported") {
  Fixture t;
  auto success = any(failed_future<int>(Errc::closed),
                     ready_future(7),
                     t.loop.sleep(1s).or_else(Errc::canceled, [](const Error&) -> Result<void> {
                       return Errc::too_large;
                     }));

  CHECK(t.get(std::move(success)).has_value());
  const auto unread = t.take_unread();
  REQUIRE(unread.size() == 1);
  CHECK(unread.front().error == Errc::too_large);
}

TEST_CASE("cancel of an any reaches every future, and it is canceled") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task =
      group.spawn("work", any(t.loop.sleep(1s), t.loop.sleep(2s, 1)).then([](const auto&) {}));

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("the errors before the end of an any that is cancelled or dropped are not reported") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work", any(failed_future<int>(Errc::closed), t.loop.sleep(1s)).then([](const auto&) {}));
  auto dropped = any(failed_future<int>(Errc::closed), t.loop.sleep(1s));

  task.cancel();
  t.run_until_idle();
  dropped = {};

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.loop.statistic().unread_errors == 0);
}

TEST_CASE("an error in the clean-up of a cancelled any is reported") {
  Fixture t;
  TaskGroup group(t.loop);
  Task task = group.spawn(
      "work",
      any(t.loop.sleep(1s).or_else(Errc::canceled,
                                   [](const Error&) -> Result<void> { return Errc::closed; }),
          t.loop.sleep(1s))
          .then([](const auto&) {}));

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(t.take_unread().size() == 1);
}
