// SPDX-License-Identifier: MIT
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("dropping a future stops the timer before the destructor returns") {
  Fixture t;
  bool ran = false;
  auto later = t.loop.sleep(5s).then([&ran] { ran = true; });

  later = {};

  CHECK(t.loop.statistic().active_timers == 0);
  t.clock.advance(10s);
  CHECK_FALSE(ran);
}

TEST_CASE("dropping a future destroys the captures of its chain before it returns") {
  Fixture t;
  ProbeCount probes;
  auto chain = t.loop.sleep(1s)
                   .then([probe = Probe(probes)] {})
                   .then([probe = Probe(probes)] {})
                   .attach(Probe(probes));
  CHECK(probes.alive == 3);

  chain = {};

  CHECK(probes.alive == 0);
}

TEST_CASE("the leaf of a dropped chain dies first and its end last") {
  Fixture t;
  std::string order;
  ProbeCount probes;
  Promise<void> promise(t.loop);
  promise.on_abandoned([&order] { order += '0'; });
  auto chain = promise.future()
                   .then([probe = Probe(probes, [&order] { order += '1'; })] {})
                   .then([probe = Probe(probes, [&order] { order += '2'; })] {});

  chain = {};

  CHECK(order == "012");
}

TEST_CASE("a continuation that waits in the ready queue never runs when its future is dropped") {
  Fixture t;
  bool ran = false;
  ProbeCount probes;
  auto waiting = ready_future(1).then([&ran, probe = Probe(probes)](int) { ran = true; });

  waiting = {};

  CHECK(probes.alive == 0);
  t.run_until_idle();
  CHECK_FALSE(ran);
}

TEST_CASE("a continuation may drop one that waits in the ready queue behind it") {
  Fixture t;
  bool ran = false;
  Future<void> victim;
  auto killer = ready_future(1).then([&victim](int) { victim = {}; });
  victim = ready_future(1).then([&ran](int) { ran = true; });

  CHECK(t.poll(killer));

  CHECK_FALSE(ran);
}

TEST_CASE("a chain may be dropped while its third continuation runs") {
  Fixture t;
  ProbeCount probes;
  Future<void> chain;
  int alive_inside = 0;
  bool fourth = false;
  chain = ready_future()
              .then([probe = Probe(probes)] {})
              .then([probe = Probe(probes)] {})
              .then([&, probe = Probe(probes)] {
                chain = {};
                alive_inside = probes.alive;
              })
              .then([&fourth, probe = Probe(probes)] { fourth = true; });

  t.run_until_idle();

  CHECK(alive_inside == 1);  // those of the running continuation die when it returns
  CHECK(probes.alive == 0);
  CHECK_FALSE(fourth);
}

TEST_CASE("a continuation may destroy its own future and then return another") {
  Fixture t;
  ProbeCount probes;
  Future<void> chain;
  chain = ready_future().then([&] {
    chain = {};
    return t.loop.sleep(1s).then([probe = Probe(probes)] {});
  });

  t.run_until_idle();

  CHECK(probes.made == 1);
  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a continuation may destroy the owner of its future") {
  struct Owner {
    explicit Owner(ProbeCount& count) : probe(count) {}
    Probe probe;
    Future<void> work;
  };
  Fixture t;
  ProbeCount probes;
  auto owner = std::make_unique<Owner>(probes);
  owner->work = t.loop.sleep(1s).then([&owner] { owner.reset(); });

  t.clock.advance(2s);

  CHECK(owner == nullptr);
  CHECK(probes.alive == 0);
}

TEST_CASE("a continuation may destroy its loop's task group") {
  Fixture t;
  ProbeCount probes;
  bool after = false;
  auto group = std::make_optional<TaskGroup>(t.loop);
  group->spawn(
      "suicide",
      t.loop.sleep(1s).then([&group, probe = Probe(probes)] { group.reset(); }).then([&after] {
        after = true;
      }));
  group->spawn("bystander", t.loop.sleep(2s).attach(Probe(probes)));

  t.clock.advance(3s);

  CHECK_FALSE(group.has_value());
  CHECK(probes.alive == 0);
  CHECK_FALSE(after);
}

TEST_CASE("a continuation may destroy a timer, and the timer's callback the continuation") {
  Fixture t;
  bool fired = false;
  auto timer = std::make_unique<Timer>(t.loop, [&fired] { fired = true; });
  timer->start(2s);
  auto killer = t.loop.sleep(1s).then([&timer] { timer.reset(); });
  bool ran = false;
  Future<void> victim = t.loop.sleep(4s).then([&ran] { ran = true; });
  Timer avenger(t.loop, [&victim] { victim = {}; });
  avenger.start(3s);

  t.clock.advance(5s);

  CHECK_FALSE(fired);
  CHECK_FALSE(ran);
  CHECK(killer.ready());
}

TEST_CASE("what dies with a chain may drop another chain") {
  Fixture t;
  ProbeCount probes;
  Future<void> other = t.loop.sleep(1s).attach(Probe(probes));
  auto chain = t.loop.sleep(1s).then([probe = Probe(probes, [&other] { other = {}; })] {});

  chain = {};

  CHECK(probes.alive == 0);
  CHECK_FALSE(other.valid());
}

TEST_CASE("a drop deep inside drops is carried out before the outermost returns") {
  Fixture t;
  ProbeCount probes;
  Future<void> nest = t.loop.sleep(1s).attach(Probe(probes));
  for (int depth = 0; depth < 200; ++depth)
    nest = t.loop.sleep(1s).then([inner = std::move(nest), probe = Probe(probes)] {});
  CHECK(probes.alive == 201);

  nest = {};

  CHECK(probes.alive == 0);
}

TEST_CASE("a value that owns its chain may die in it") {
  struct Ring {
    Future<void> work;
  };
  Fixture t;
  auto ring = std::make_shared<Ring>();
  std::weak_ptr<Ring> watch = ring;
  auto chain = t.loop.sleep(1s, ring)
                   .finally([&t] {
                     return t.loop.sleep(1s).then([]() -> Result<void> {
                       return Errc::closed;  // replaces the value, which dies
                     });
                   })
                   .then([](const std::shared_ptr<Ring>&) {});
  ring->work = std::move(chain);
  ring.reset();

  t.clock.advance(3s);

  CHECK(watch.expired());
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("an attached thing lives until its chain is done") {
  Fixture t;
  ProbeCount probes;
  auto chain = t.loop.sleep(1s).attach(Probe(probes));
  t.run_until_idle();
  CHECK(probes.alive == 1);

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK(chain.ready());
}

TEST_CASE("captures die when their continuation returns, while the chain goes on") {
  Fixture t;
  ProbeCount probes;
  auto chain = ready_future().then([&t, probe = Probe(probes)] { return t.loop.sleep(1s); });

  t.run_until_idle();

  CHECK(probes.alive == 0);
  CHECK_FALSE(chain.ready());
  t.clock.advance(1s);
}
