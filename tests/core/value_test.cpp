// SPDX-License-Identifier: MIT
//
// Values and captures that throw as they move or are copied.
#include <eddy/core/channel.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/queue.hpp>
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

/// Throws when it is moved, from when on that is said.
struct Sticky {
  explicit Sticky(const bool& is_stuck) : stuck(&is_stuck) {}
  Sticky(Sticky&& other) : stuck(other.stuck) {
    if (*stuck) throw std::runtime_error("stuck");
  }
  Sticky& operator=(Sticky&&) = delete;
  ~Sticky() = default;
  const bool* stuck;
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

TEST_CASE("an item that throws when there is room for it in a queue fails its put alone") {
  Fixture t;
  const bool loose = false;
  bool stuck = false;
  Queue<Sticky> queue(1);
  CHECK(queue.try_put(Sticky(loose)));
  Future<void> broken = queue.put(Sticky(stuck));
  Future<void> behind = queue.put(Sticky(loose));
  CHECK_FALSE(t.poll(broken));

  stuck = true;
  CHECK(queue.try_get());

  CHECK(t.get(std::move(broken)).error() == Errc::exception);
  CHECK(t.get(std::move(behind)));
  CHECK(queue.size() == 1);
  CHECK(queue.unfinished() == 2);
}

TEST_CASE("an item that throws when there is room for it in a channel fails its send alone") {
  Fixture t;
  const bool loose = false;
  bool stuck = false;
  Channel<Sticky> channel(1);
  Channel<Sticky> rendezvous(0);
  CHECK(channel.try_send(Sticky(loose)));
  Future<void> first = channel.send(Sticky(stuck));
  Future<void> second = rendezvous.send(Sticky(stuck));
  Future<void> behind = rendezvous.send(Sticky(loose));
  CHECK_FALSE(t.poll(first));

  stuck = true;
  CHECK(channel.try_receive());
  CHECK(rendezvous.try_receive());

  CHECK(t.get(std::move(first)).error() == Errc::exception);
  CHECK(t.get(std::move(second)).error() == Errc::exception);
  CHECK(t.get(std::move(behind)));
  CHECK(channel.empty());
}
