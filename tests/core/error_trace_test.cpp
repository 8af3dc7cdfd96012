// SPDX-License-Identifier: MIT
//
// The places that an error passes on its way through chains, in debug mode.
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <doctest/doctest.h>

#include <string>

#include "core/child.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::run_in_child;

namespace {

Future<int> passed_by(Loop& loop) {
  return loop.sleep(1s, Site{"leaf.cpp", 1})
      .then([]() -> Result<int> { return Errc::closed; }, Site{"fails.cpp", 2})
      .then([](int value) { return value; }, Site{"link.cpp", 3});
}

/// A promise that fails after `links` links that let its error pass.
Error error_after(Loop& loop, Fixture& t, int links) {
  Promise<int> promise(loop, Site{"origin.cpp", 1});
  Future<int> chain = promise.future();
  for (int i = 0; i < links; ++i)
    chain = std::move(chain).then([](int value) { return value; }, Site{"link.cpp", 2});
  std::move(promise).set_error(Errc::closed);
  return t.get(std::move(chain)).error();
}

}  // namespace

TEST_CASE("in debug mode an error collects the places of the links it passes, first one first") {
  Fixture t;
  auto chain = passed_by(t.loop).or_else([](Error&& error) -> Result<int> { return error; },
                                         Site{"catch.cpp", 4});
  t.clock.advance(1s);

  const Result<int> result = t.get(std::move(chain));

  CHECK(result.error().trace_text() == "fails.cpp:2 < link.cpp:3 < catch.cpp:4");
  CHECK(result.error().trace().size() == 3);
}

TEST_CASE("an error that crosses a returned future shows the places of both chains") {
  Fixture t;
  auto chain = t.loop.next_turn(Site{"outer.cpp", 8})
                   .then([&t] { return passed_by(t.loop); }, Site{"adopts.cpp", 9});
  t.clock.advance(1s);

  CHECK(t.get(std::move(chain)).error().trace_text() == "fails.cpp:2 < link.cpp:3 < adopts.cpp:9");
}

TEST_CASE("the trace of an error is bounded, and keeps the places where it began") {
  Fixture t;

  const Error error = error_after(t.loop, t, 100);

  CHECK(error.trace().size() == 32);
  CHECK(std::string(error.trace().front().file) == "origin.cpp");
}

TEST_CASE("without debug mode an error collects no places") {
  Loop loop;
  auto chain =
      ready_future().then([]() -> Result<int> { return Errc::closed; }).then([](int value) {
        return value;
      });

  const Result<int> result = loop.run_until(std::move(chain));

  CHECK(result.error().trace().empty());
  CHECK(result.error().trace_text().empty());
}

TEST_CASE("in debug mode the log line of an error that nobody read shows the trace") {
  const auto end = run_in_child([] {
    Loop loop(Loop::Options{.debug = true});
    {
      auto chain = ready_future()
                       .then([]() -> Result<void> { return Errc::closed; }, Site{"fails.cpp", 2})
                       .then([] {}, Site{"lost.cpp", 3});
      loop.run();
    }
    return 0;
  });

  CHECK(end.printed("an error was not read"));
  CHECK(end.printed("trace=\"fails.cpp:2 < lost.cpp:3\""));
}

TEST_CASE("in debug mode the log line of a task that failed shows the trace") {
  const auto end = run_in_child([] {
    Loop loop(Loop::Options{.debug = true});
    TaskGroup group(loop);
    group.spawn(
        "work",
        ready_future().then([]() -> Result<void> { return Errc::closed; }, Site{"fails.cpp", 2}));
    loop.run();
    return 0;
  });

  CHECK(end.printed("a task failed task=work error=closed trace=fails.cpp:2\n"));
}

TEST_CASE("a place is added to one error and not to its copies") {
  Error error(Errc::closed, "door");
  error.passed(Site{"one.cpp", 1});
  const Error copy = error;

  error.passed(Site{"two.cpp", 2});

  CHECK(copy.trace_text() == "one.cpp:1");
  CHECK(error.trace_text() == "one.cpp:1 < two.cpp:2");
  CHECK(error.context() == "door");
}

TEST_CASE("an error that gets a context keeps its trace and its exception") {
  Error error(std::make_exception_ptr(42));
  error.passed(Site{"one.cpp", 1});

  const Error wider = error.with("api");

  CHECK(wider.trace_text() == "one.cpp:1");
  CHECK(wider.exception() != nullptr);
}
