// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

TEST_CASE("then on a ready future runs in a later turn") {
  Fixture t;
  bool ran = false;

  auto later = ready_future(1).then([&ran](int) { ran = true; });

  CHECK_FALSE(ran);
  CHECK(t.poll(later));
  CHECK(ran);
}

TEST_CASE("set_value does not run the continuation") {
  Fixture t;
  bool ran = false;
  Promise<int> promise(t.loop);
  auto later = promise.future().then([&ran](int) { ran = true; });

  std::move(promise).set_value(1);

  CHECK_FALSE(ran);
  CHECK(t.poll(later));
  CHECK(ran);
}

TEST_CASE("continuations run in the order in which they became ready") {
  Fixture t;
  std::string order;
  Promise<void> a(t.loop);
  Promise<void> b(t.loop);
  auto first = a.future().then([&order] { order += 'a'; });
  auto second = b.future().then([&order] { order += 'b'; });

  std::move(b).set_value();
  std::move(a).set_value();
  t.run_until_idle();

  CHECK(order == "ba");
}

TEST_CASE("a continuation may return a value, nothing, a Result or a Future") {
  Fixture t;
  auto chain = ready_future(1)
                   .then([](int n) { return n + 1; })
                   .then([](int n) { return Result<int>(n + 1); })
                   .then([](int n) { return ready_future(n + 1); })
                   .then([](int n) { CHECK(n == 4); })
                   .then([] { return std::string("end"); });

  CHECK(*t.get(std::move(chain)) == "end");
}

TEST_CASE("a value that cannot be copied travels through a chain") {
  Fixture t;
  auto chain = ready_future(std::make_unique<int>(1)).then([](std::unique_ptr<int> n) {
    ++*n;
    return n;
  });

  CHECK(**t.get(std::move(chain)) == 2);
}

TEST_CASE("an error passes then by and reaches or_else") {
  Fixture t;
  bool ran = false;
  auto chain = failed_future<int>(Errc::closed)
                   .then([&ran](int) {
                     ran = true;
                     return 1;
                   })
                   .or_else([](const Error& error) { return error == Errc::closed ? 2 : 3; });

  CHECK(*t.get(std::move(chain)) == 2);
  CHECK_FALSE(ran);
}

TEST_CASE("or_else with a condition lets other errors pass") {
  Fixture t;
  auto chain = failed_future<int>(Errc::closed)
                   .or_else(Errc::too_large, [](const Error&) { return 1; })
                   .or_else(Errc::closed, [](const Error&) { return 2; });

  CHECK(*t.get(std::move(chain)) == 2);
}

TEST_CASE("or_else is skipped on success") {
  Fixture t;
  auto chain = ready_future(1).or_else([](const Error&) { return 2; });

  CHECK(*t.get(std::move(chain)) == 1);
}

TEST_CASE("a continuation that throws a std::exception fails with it") {
  Fixture t;
  auto chain = ready_future(1).then([](int) -> int { throw std::runtime_error("broken"); });

  const auto result = t.get(std::move(chain));

  REQUIRE_FALSE(result.has_value());
  CHECK(result.error() == Errc::exception);
  CHECK_THROWS_WITH_AS(
      std::rethrow_exception(result.error().exception()), "broken", std::runtime_error);
}

TEST_CASE("a continuation that throws 42 fails with it") {
  Fixture t;
  const auto result = t.get(ready_future(1).then([](int) -> int { throw 42; }));

  REQUIRE_FALSE(result.has_value());
  CHECK(result.error() == Errc::exception);
  CHECK_THROWS_AS(std::rethrow_exception(result.error().exception()), int);
}

TEST_CASE("a continuation that throws bad_alloc fails with it") {
  Fixture t;
  const auto result = t.get(ready_future(1).then([](int) -> int { throw std::bad_alloc(); }));

  REQUIRE_FALSE(result.has_value());
  CHECK_THROWS_AS(std::rethrow_exception(result.error().exception()), std::bad_alloc);
}

TEST_CASE("a continuation that throws an eddy::Exception fails with its Error") {
  Fixture t;
  auto chain = ready_future(1).then([](int) -> int { throw Exception(Errc::too_large); });

  CHECK(t.get(std::move(chain)).error() == Errc::too_large);
}

TEST_CASE("complete gets the value or the error and ends the chain") {
  Fixture t;
  int value = 0;
  bool failed = false;

  auto good = ready_future(1).complete([&value](Result<int> result) { value = *result; });
  auto bad = failed_future<int>(Errc::closed).complete([&failed](const Result<int>& result) {
    failed = result.error() == Errc::closed;
  });
  CHECK(value == 0);

  CHECK(t.get(std::move(good)).has_value());
  CHECK(t.get(std::move(bad)).has_value());
  CHECK(value == 1);
  CHECK(failed);
}

TEST_CASE("dropping what complete gave cancels the chain") {
  Fixture t;
  bool ran = false;
  auto end = t.loop.sleep(1s).complete([&ran](const Result<void>&) { ran = true; });

  end = {};
  t.clock.advance(2s);

  CHECK_FALSE(ran);
}

TEST_CASE("each user continuation takes one entry of the ready queue") {
  Fixture t;
  const auto before = t.loop.statistic().continuations;

  auto chain = ready_future(1)
                   .then([](int n) { return n; })
                   .then([](int n) { return n; })
                   .or_else([](const Error&) { return 0; });  // skipped: no entry
  t.run_until_idle();

  CHECK(t.loop.statistic().continuations - before == 2);
  CHECK(chain.ready());
}

TEST_CASE("adopting a ready future takes no entry of the ready queue") {
  Fixture t;
  const auto before = t.loop.statistic().continuations;

  auto chain = ready_future(1).then([](int n) { return ready_future(n); });
  t.run_until_idle();

  CHECK(t.loop.statistic().continuations - before == 1);
  CHECK(chain.ready());
}

TEST_CASE("framework code takes a ready result directly, without a hop") {
  Fixture t;
  const auto before = t.loop.statistic().continuations;

  const Result<int> result = detail::take_result(ready_future(1));

  CHECK(*result == 1);
  CHECK(t.loop.statistic().continuations == before);
}

TEST_CASE("run_until gives a result that came in the loop's last turn") {
  Fixture t;
  CHECK(*t.loop.run_until(ready_future(1).then([](int n) { return n; })) == 1);
}

TEST_CASE("run_until says stalled when nothing is left to wait for") {
  Fixture t;
  Promise<int> promise(t.loop);

  CHECK(t.loop.run_until(promise.future()).error() == Errc::stalled);
}
