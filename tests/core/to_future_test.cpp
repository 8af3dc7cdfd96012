// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/core/to_future.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>
#include <type_traits>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

TEST_CASE("to_future passes a future on untouched, without a node of its own") {
  Fixture t;
  auto work = t.loop.sleep(1s, 7);
  const auto nodes = t.loop.statistic().live_nodes;

  auto same = to_future(std::move(work));

  CHECK(t.loop.statistic().live_nodes == nodes);
  CHECK_FALSE(same.ready());
  t.clock.advance(1s);
  CHECK(*t.get(std::move(same)) == 7);
}

TEST_CASE("to_future of a value is ready with it") {
  Fixture t;
  const std::string text = "a";
  auto future = to_future(text);
  static_assert(std::is_same_v<decltype(future), Future<std::string>>);

  CHECK(future.ready());
  CHECK(*t.get(std::move(future)) == "a");
}

TEST_CASE("to_future of a result is ready with its value or its error") {
  Fixture t;
  CHECK(*t.get(to_future(Result<int>(7))) == 7);
  CHECK(t.get(to_future(Result<int>(Errc::closed))).error() == Errc::closed);
  CHECK(t.get(to_future(Result<void>())).has_value());
}

TEST_CASE("what to_future gives can be waited for, whatever the function returned") {
  Fixture t;
  const auto plain = [] {
    return 1;
  };
  const auto later = [&t] {
    return t.loop.sleep(1s, 1);
  };
  auto sum = to_future(plain()).then(
      [&later](int a) { return to_future(later()).then([a](int b) { return a + b; }); });
  CHECK_FALSE(t.poll(sum));

  t.clock.advance(1s);

  CHECK(*t.get(std::move(sum)) == 2);
}
