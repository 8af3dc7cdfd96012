// SPDX-License-Identifier: MIT
//
// What becomes of a lookup that knows one family when a connect() has no need of it any more: RFC
// 8305, section 5.
#include <memory>

#include "families_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// A connect that was made with the first family, while the other is awaited.
struct MadeEarly {
  explicit MadeEarly(Fixture& t, ResolverOptions options = {})
      : host(t, std::move(options)), server(t) {
    auto connecting = host.connect(server.port());
    host.desk.tell(0, {six});
    CHECK(t.get(std::move(connecting)));
    CHECK(host.desk.wanted(0));
  }

  NamedHost host;
  BothHear server;
};

}  // namespace

TEST_CASE("what comes within a second after a connect was made is kept for the next one") {
  IoFixture t;
  MadeEarly made(t);
  t.advance(999ms);
  t.run_until_idle();
  made.host.desk.answer(0, both_families);
  t.run_until_idle();

  auto found = made.host.resolver.resolve("server.test");

  CHECK(found.ready());
  CHECK(t.get(std::move(found)).value() == both_families);
  CHECK(made.host.desk.asked() == 1);
}

TEST_CASE("a second after a connect was made nothing is asked any more, and no half is kept") {
  IoFixture t;
  MadeEarly made(t);
  t.advance(1s);
  t.run_until_idle();
  CHECK_FALSE(made.host.desk.wanted(0));
  CHECK(made.host.resolver.statistic().lookups.value() == 0);

  auto found = made.host.resolver.resolve("server.test");

  CHECK_FALSE(t.poll(found));
  CHECK(made.host.desk.asked() == 2);
}

TEST_CASE("who connects within that second begins with what is known, and asks nobody") {
  IoFixture t;
  MadeEarly made(t);
  t.advance(999ms);

  auto again = made.host.connect(made.server.port());

  CHECK(t.get(std::move(again)).value().peer() == six.with_port(made.server.port()));
  t.advance(999ms);
  t.run_until_idle();
  CHECK(made.host.desk.wanted(0));
  CHECK(made.host.desk.asked() == 1);
}

TEST_CASE("who waits for the whole answer within that second waits as long as it takes") {
  IoFixture t;
  MadeEarly made(t);
  auto found = made.host.resolver.resolve("server.test");

  t.advance(4s);
  CHECK_FALSE(t.poll(found));
  made.host.desk.answer(0, both_families);

  CHECK(t.get(std::move(found)).value() == both_families);
}

TEST_CASE("who wants a fresh answer does not begin with what is known already") {
  IoFixture t;
  MadeEarly made(t);

  auto fresh = made.host.connect(made.server.port(), {.fresh = true});
  auto also_fresh = made.host.connect(made.server.port(), {.fresh = true});
  CHECK_FALSE(t.poll(fresh));
  CHECK_FALSE(made.host.desk.wanted(0));
  CHECK(made.host.desk.asked() == 2);
  made.host.desk.answer(1, {four});

  CHECK(t.get(std::move(fresh)).value().peer() == four.with_port(made.server.port()));
  CHECK(t.get(std::move(also_fresh)).value().peer() == four.with_port(made.server.port()));
  CHECK(t.get(made.host.resolver.resolve("server.test")).value() == Addresses{four});
}

TEST_CASE("a fresh answer is not taken from those who still wait for the old one") {
  IoFixture t;
  MadeEarly made(t);
  auto found = made.host.resolver.resolve("server.test");

  auto fresh = made.host.resolver.resolve("server.test", {.fresh = true});
  CHECK(made.host.desk.asked() == 2);
  made.host.desk.answer(1, {four});
  CHECK(t.get(std::move(fresh)).value() == Addresses{four});
  CHECK_FALSE(t.poll(found));
  made.host.desk.answer(0, both_families);

  CHECK(t.get(std::move(found)).value() == both_families);
  CHECK(t.get(made.host.resolver.resolve("server.test")).value() == Addresses{four});
}

TEST_CASE("a lookup that nobody waits for ends at once if its answer is not to be kept") {
  IoFixture t;
  MadeEarly made(t);

  made.host.resolver.flush();

  CHECK_FALSE(made.host.desk.wanted(0));
  CHECK(made.host.resolver.statistic().lookups.value() == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a lookup that nobody waits for counts, and the next has its turn after it") {
  IoFixture t;
  MadeEarly made(t, {.max_running = 1});
  auto other = made.host.resolver.resolve("other.test");
  CHECK(made.host.desk.asked() == 1);

  t.advance(1s);
  t.run_until_idle();

  CHECK(made.host.desk.asked() == 2);
  CHECK(made.host.desk.wanted(1));
}

TEST_CASE("a lookup of which nothing is known ends with the last who waits") {
  IoFixture t;
  NamedHost host(t);
  auto connecting = host.connect(nobodys_port);
  CHECK_FALSE(t.poll(connecting));

  connecting = {};

  CHECK_FALSE(host.desk.wanted(0));
}

TEST_CASE("a resolver goes in the second after a connect was made") {
  IoFixture t;
  Desk desk;
  auto resolver = std::make_unique<Resolver>(desk.resolver(t.loop));
  BothHear server(t);
  const Endpoint endpoint = Endpoint::of("server.test", server.port()).value();
  auto connecting = connect(t.loop, endpoint, {.resolver = resolver.get()});
  desk.tell(0, {six});
  CHECK(t.get(std::move(connecting)));
  CHECK(desk.wanted(0));

  resolver.reset();

  CHECK_FALSE(desk.wanted(0));
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("a loop goes in the second after a connect was made, and its resolver after it") {
  ManualClock clock;
  auto loop = std::make_unique<Loop>(Loop::Options{.clock = &clock});
  Desk desk;
  auto resolver = std::make_unique<Resolver>(desk.resolver(*loop));
  auto connecting = connect(
      *loop, Endpoint::of("server.test", nobodys_port).value(), {.resolver = resolver.get()});
  desk.tell(0, {six});
  connecting = {};
  CHECK(desk.wanted(0));

  loop.reset();
  resolver.reset();

  CHECK_FALSE(desk.wanted(0));
}
