// SPDX-License-Identifier: MIT
//
// Who may go when: resolvers, loops and those who wait, in every order.
#include <memory>

#include "resolver_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("a resolver dies before it is used") {
  Fixture t;
  Desk desk;

  { Resolver resolver = desk.resolver(t.loop); }

  CHECK(desk.asked() == 0);
}

TEST_CASE("a resolver dies while some wait, who fail with closed") {
  Fixture t;
  Desk desk;
  auto resolver = std::make_unique<Resolver>(desk.resolver(t.loop, {.max_running = 1}));
  auto running = resolver->resolve("a.example");
  auto waiting = resolver->resolve("b.example");
  CHECK_FALSE(t.poll(running));

  resolver.reset();

  CHECK_FALSE(desk.wanted(0));
  CHECK(t.get(std::move(running)).error().message() == "resolve a.example: resolver: closed");
  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("a resolver dies in the continuation of its own lookup") {
  Fixture t;
  Desk desk;
  auto resolver = std::make_unique<Resolver>(desk.resolver(t.loop));
  bool ran = false;
  auto chain = resolver->resolve("example.org").then([&](const Addresses&) {
    resolver.reset();
    ran = true;
  });
  auto other = resolver->resolve("other.example");

  desk.answer(0, one_address);
  t.run_until_idle();

  CHECK(ran);
  CHECK(t.get(std::move(other)).error() == Errc::closed);
  CHECK(t.get(std::move(chain)));
}

TEST_CASE("a resolver dies with the captures of one who is cancelled by it") {
  Fixture t;
  Desk desk;
  Resolver first = desk.resolver(t.loop);
  auto resolver = std::make_unique<Resolver>(desk.resolver(t.loop));
  Resolver* const used = resolver.get();
  auto chain = used->resolve("example.org").attach(std::move(resolver));
  CHECK_FALSE(t.poll(chain));

  chain = {};

  CHECK_FALSE(desk.wanted(0));
}

TEST_CASE("one who waits dies in the continuation of another of the same lookup") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  Future<void> one;
  Future<void> other;
  int ran = 0;
  one = resolver.resolve("example.org").then([&](const Addresses&) {
    ++ran;
    other = {};
  });
  other = resolver.resolve("example.org").then([&](const Addresses&) {
    ++ran;
    one = {};
  });

  desk.answer(0, one_address);
  t.run_until_idle();

  CHECK(ran == 1);
}

TEST_CASE("a continuation asks again, for the same name and for another") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto chain = resolver.resolve("a.example").then([&](const Addresses&) {
    return resolver.resolve("a.example").then([&](const Addresses&) {
      return resolver.resolve("b.example");
    });
  });

  desk.answer(0, one_address);
  t.run_until_idle();
  CHECK(desk.asked() == 2);
  desk.answer(1, other_address);

  CHECK(t.get(std::move(chain)).value() == other_address);
}

TEST_CASE("a future outlives its resolver, and its loop") {
  Future<Addresses> kept;
  Desk desk;
  {
    auto loop = std::make_unique<Loop>();
    auto resolver = std::make_unique<Resolver>(desk.resolver(*loop));
    kept = resolver->resolve("example.org");
    loop->turn();
    loop.reset();
    resolver.reset();
  }

  CHECK_FALSE(kept.ready());
}

TEST_CASE("a resolver outlives its loop, and looks nothing up any more") {
  auto loop = std::make_unique<Loop>();
  Desk desk;
  Resolver resolver = desk.resolver(*loop);
  auto waiting = resolver.resolve("example.org");

  loop.reset();

  CHECK_FALSE(waiting.ready());
  auto late = resolver.resolve("example.org");
  CHECK(late.ready());
  CHECK(detail::take_result(std::move(late)).error() == Errc::closed);
  resolver.flush();
}

TEST_CASE("a resolver that is assigned to closes what it was") {
  Fixture t;
  Desk desk;
  Resolver resolver = desk.resolver(t.loop);
  auto waiting = resolver.resolve("example.org");

  resolver = desk.resolver(t.loop);
  auto again = resolver.resolve("example.org");
  desk.answer(1, one_address);

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(t.get(std::move(again)).value() == one_address);
}

TEST_CASE("the resolver of a loop is made once, and goes with it") {
  auto loop = std::make_unique<Loop>();
  Resolver& own = Resolver::of(*loop);

  CHECK(&Resolver::of(*loop) == &own);
  CHECK(loop->run_until(own.resolve("127.0.0.1")).value() == Addresses{"127.0.0.1:0"_addr});
  loop.reset();
}
