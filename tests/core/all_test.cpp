// SPDX-License-Identifier: MIT
#include <eddy/core/all.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/testing/fixture.hpp>

#include <string>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("all gives the values in the order of the arguments") {
  Fixture t;
  auto both = all(t.loop.sleep(2s, 1), t.loop.sleep(1s, std::string("b")), t.loop.sleep(1s));
  t.clock.advance(1s);
  CHECK_FALSE(both.ready());

  t.clock.advance(1s);

  const auto values = t.get(std::move(both));
  CHECK(std::get<0>(*values) == 1);
  CHECK(std::get<1>(*values) == "b");
}

TEST_CASE("all of a vector gives a vector") {
  Fixture t;
  std::vector<Future<int>> futures;
  futures.push_back(t.loop.sleep(2s, 1));
  futures.push_back(ready_future(2));
  auto both = all(std::move(futures));

  t.clock.advance(2s);

  CHECK(*t.get(std::move(both)) == std::vector<int>{1, 2});
}

TEST_CASE("all of nothing is ready at once") {
  Fixture t;
  CHECK(all(std::vector<Future<int>>()).ready());
}

TEST_CASE("the first error of an all drops the rest") {
  Fixture t;
  ProbeCount probes;
  auto both = all(t.loop.sleep(1s).then([]() -> Result<int> { return Errc::closed; }),
                  t.loop.sleep(5s, 2).attach(Probe(probes)));
  t.run_until_idle();
  CHECK(probes.alive == 1);

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK(t.get(std::move(both)).error() == Errc::closed);
}

TEST_CASE("the second error of an all is reported") {
  Fixture t;
  auto both = all(failed_future<int>(Errc::closed), failed_future<int>(Errc::too_large));

  CHECK(t.get(std::move(both)).error() == Errc::closed);
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("an arm that dies with its all may settle another arm") {
  Fixture t;
  ProbeCount probes;
  Promise<int> second(t.loop);
  auto both =
      all(t.loop.sleep(1s, 1).attach(Probe(probes, [&second] { std::move(second).set_value(2); })),
          second.future());

  both = {};

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("an arm that dies as its all fails may drop the all") {
  Fixture t;
  ProbeCount probes;
  Future<void> both;
  both = all(t.loop.sleep(1s).then([]() -> Result<int> { return Errc::closed; }),
             t.loop.sleep(5s, 2).attach(Probe(probes, [&both] { both = {}; })))
             .then([](const auto&) {});

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK(t.take_unread().size() == 1);
}
