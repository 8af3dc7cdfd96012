// SPDX-License-Identifier: MIT
#include <eddy/core/barrier.hpp>
#include <eddy/core/event.hpp>
#include <eddy/core/latch.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <vector>

#include "core/probe.hpp"

using namespace eddy;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

TEST_CASE("an event wakes all who wait, and lets everybody pass until it is cleared") {
  Fixture t;
  Event event;
  Future<void> a = event.wait();
  Future<void> b = event.wait();
  CHECK_FALSE(a.ready());

  event.set();

  CHECK(a.ready());
  CHECK(b.ready());
  CHECK(event.is_set());
  CHECK(event.wait().ready());
  event.clear();
  CHECK_FALSE(event.wait().ready());
}

TEST_CASE("who was woken passes although the event was cleared at once") {  // parity 14.6
  Fixture t;
  Event event;
  bool passed = false;
  Future<void> waiting = event.wait().then([&] { passed = true; });

  event.set();
  event.clear();
  t.run_until_idle();

  CHECK(passed);
}

TEST_CASE("who comes after an event was set and cleared does not see it") {  // parity 14.6
  Fixture t;
  Event event;
  event.set();
  event.clear();

  CHECK_FALSE(event.wait().ready());
}

TEST_CASE("who waits anew while an event wakes the others waits for the next time") {
  Fixture t;
  Event event;
  int woken = 0;
  Future<void> again;
  Future<void> waiting = event.wait().then([&] {
    ++woken;
    event.clear();
    again = event.wait().then([&] { ++woken; });
  });

  event.set();
  t.run_until_idle();
  CHECK(woken == 1);
  event.set();
  t.run_until_idle();

  CHECK(woken == 2);
}

TEST_CASE("who waits anew from a destructor while an event is set is not woken by that") {
  Fixture t;
  Event event;
  Future<void> again;
  auto wait_again = [&] {
    event.clear();
    again = event.wait();
  };
  ProbeCount count;
  const Future<void> first = event.wait().attach(Probe(count, wait_again));
  const Future<void> second = event.wait();
  CHECK_FALSE(first.ready());

  event.set();

  CHECK((first.ready() && second.ready()));
  CHECK_FALSE(again.ready());
  event.set();
  CHECK(again.ready());
}

TEST_CASE("those who wait for an event that is destroyed hear it") {
  Fixture t;
  auto event = std::make_unique<Event>();
  Future<void> waiting = event->wait();
  Future<void> dropped = event->wait();
  dropped = {};

  event.reset();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("a latch opens when it was counted down, for good") {
  Fixture t;
  Latch latch(3);
  Future<void> waiting = latch.wait();
  CHECK(latch.count_down(2));
  CHECK_FALSE(waiting.ready());

  CHECK(latch.count_down());

  CHECK(waiting.ready());
  CHECK(latch.wait().ready());
  CHECK(Latch(0).wait().ready());
}

TEST_CASE("a latch refuses to be counted down below zero") {
  Fixture t;
  Latch latch(1);

  const Result<void> refused = latch.count_down(2);

  CHECK(refused.error() == Errc::invalid);
  CHECK(refused.error().context() == "latch: count_down by 2, but 1 is left");
  CHECK(latch.count() == 1);
}

TEST_CASE("a barrier holds everybody up until all parties have come, over and over") {
  Fixture t;
  Barrier barrier(3);
  for (int round = 0; round < 2; ++round) {
    Future<std::size_t> a = barrier.arrive();
    Future<std::size_t> b = barrier.arrive();
    CHECK(barrier.waiting() == 2);
    CHECK_FALSE(a.ready());

    Future<std::size_t> c = barrier.arrive();

    CHECK(*t.get(std::move(a)) == 0);
    CHECK(*t.get(std::move(b)) == 1);
    CHECK(*t.get(std::move(c)) == 2);
    CHECK(barrier.waiting() == 0);
  }
}

TEST_CASE("who leaves a barrier was not there") {
  Fixture t;
  Barrier barrier(2);
  Future<std::size_t> gone = barrier.arrive();
  gone = {};
  CHECK(barrier.waiting() == 0);

  Future<std::size_t> a = barrier.arrive();
  CHECK_FALSE(a.ready());
  Future<std::size_t> b = barrier.arrive();

  CHECK(a.ready());
  CHECK(b.ready());
}

TEST_CASE("an aborted barrier fails all who wait and all who come, until it is reset") {
  Fixture t;
  Barrier barrier(2);
  Future<std::size_t> waiting = barrier.arrive();

  barrier.abort();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(t.get(barrier.arrive()).error() == Errc::closed);
  barrier.reset();
  Future<std::size_t> a = barrier.arrive();
  Future<std::size_t> b = barrier.arrive();
  CHECK(a.ready());
  CHECK(b.ready());
}

TEST_CASE("who comes while a barrier opens belongs to the next round, however many") {
  Fixture t;
  Barrier barrier(3);
  std::vector<Future<std::size_t>> next;
  auto come_twice = [&] {
    next.push_back(barrier.arrive());
    next.push_back(barrier.arrive());
  };
  ProbeCount count;
  const Future<std::size_t> first = barrier.arrive().attach(Probe(count, come_twice));
  const Future<std::size_t> second = barrier.arrive();
  CHECK_FALSE(first.ready());

  const Future<std::size_t> third = barrier.arrive();

  CHECK((first.ready() && second.ready() && third.ready()));
  CHECK_FALSE((next[0].ready() || next[1].ready()));
  CHECK(barrier.waiting() == 2);
}

TEST_CASE("a barrier may be destroyed by whom it lets through, and while somebody waits") {
  Fixture t;
  auto barrier = std::make_unique<Barrier>(2);
  Future<void> a = barrier->arrive().then([&](std::size_t) { barrier.reset(); });
  Future<std::size_t> b = barrier->arrive();
  t.run_until_idle();
  CHECK(a.ready());
  CHECK(barrier == nullptr);

  barrier = std::make_unique<Barrier>(2);
  Future<std::size_t> c = barrier->arrive();
  barrier.reset();

  CHECK(t.get(std::move(c)).error() == Errc::closed);
}
