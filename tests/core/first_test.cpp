// SPDX-License-Identifier: MIT
#include <eddy/core/first.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/testing/fixture.hpp>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

TEST_CASE("first gives the value of the first to settle and cancels the others") {
  Fixture t;
  bool cleaned = false;
  auto winner = first(t.loop.sleep(2s, 2).finally([&cleaned] { cleaned = true; }),
                      t.loop.sleep(1s, 1),
                      t.loop.sleep(3s, 3));
  CHECK_FALSE(t.poll(winner));
  t.clock.advance(1s);

  CHECK(*t.get(std::move(winner)) == 1);
  CHECK(cleaned);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("first gives the error of the first to settle") {
  Fixture t;
  auto winner = first(t.loop.sleep(2s), failed_future<void>(Errc::closed));
  CHECK(t.get(std::move(winner)).error() == Errc::closed);
}

TEST_CASE("first of a vector drops its losers on demand") {
  Fixture t;
  bool cleaned = false;
  std::vector<Future<void>> futures;
  futures.push_back(t.loop.sleep(2s).finally([&cleaned] { cleaned = true; }));
  futures.push_back(ready_future());

  auto winner = first(std::move(futures), Losers::drop);

  CHECK(winner.ready());
  t.run_until_idle();
  CHECK_FALSE(cleaned);
}

TEST_CASE("first of no future at all is refused") {
  Fixture t;
  CHECK(t.get(first(std::vector<Future<int>>())).error() == Errc::invalid);
}
