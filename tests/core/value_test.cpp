// SPDX-License-Identifier: MIT
//
// Values and captures that throw as they move or are copied.
#include <eddy/core/promise.hpp>
#include <eddy/testing/fixture.hpp>

#include <stdexcept>
#include <utility>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

/// Throws at its `moves_left`th move.
struct Fragile {
  explicit Fragile(int moves) : moves_left(moves) {}
  Fragile(const Fragile& other) : Fragile(std::as_const(other).moves_left) {
    if (--moves_left < 0) throw std::runtime_error("broken while moving");
  }
  Fragile& operator=(const Fragile&) = default;
  int moves_left;
};

void check_broken(const Result<Fragile>& result) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error() == Errc::exception);
}

}  // namespace

TEST_CASE("a value that throws as a promise takes it makes the future fail") {
  Fixture t;
  Promise<Fragile> promise(t.loop);
  auto future = promise.future();
  const Fragile value(0);

  std::move(promise).set_value(value);

  check_broken(t.get(std::move(future)));
}

TEST_CASE("a value that throws as it is taken out leaves no future behind") {
  Fixture t;
  Promise<Fragile> promise(t.loop);
  auto future = promise.future();
  const Fragile value(1);
  std::move(promise).set_value(value);

  CHECK_THROWS_AS(std::ignore = t.get(std::move(future)), std::runtime_error);

  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("a value that throws as a link takes it makes the chain fail") {
  Fixture t;
  auto passed = t.loop.sleep(1s, Fragile(4)).or_else([](const Error&) { return Fragile(9); });
  auto kept = t.loop.sleep(1s, Fragile(4)).finally([] {});
  auto attached = t.loop.sleep(1s, Fragile(4)).attach(1);
  t.clock.advance(2s);

  // Whichever move threw, the outcome is an error and the program goes on.
  CHECK(passed.ready());
  CHECK(kept.ready());
  CHECK(attached.ready());
  passed = {};
  kept = {};
  attached = {};
  CHECK(t.take_unread().size() <= 3);
}

TEST_CASE("a capture that throws as it is copied leaves the future and the pool as they were") {
  Fixture t;
  auto future = ready_future(1);
  const auto nodes = t.loop.statistic().live_nodes;
  const auto function = [fragile = Fragile(1)](int n) {
    return n + fragile.moves_left;
  };
  auto copied = function;

  CHECK_THROWS_AS(std::ignore = std::move(future).then(copied), std::runtime_error);

  CHECK(future.valid());  // NOLINT: what failed has not moved it
  CHECK(t.loop.statistic().live_nodes == nodes);
}
