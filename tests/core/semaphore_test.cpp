// SPDX-License-Identifier: MIT
#include <eddy/core/mutex.hpp>
#include <eddy/core/semaphore.hpp>
#include <eddy/core/shared_mutex.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <random>
#include <string>
#include <vector>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// Appends `name` to `order` when it has a permit, and keeps that for a second.
Future<void> hold_a_second(Fixture& t, Future<Permit> permit, std::string& order, char name) {
  return std::move(permit).then([&t, &order, name](Permit held) {
    order += name;
    return t.loop.sleep(1s).attach(std::move(held));
  });
}

}  // namespace

TEST_CASE("a semaphore of n has n holders at a time") {  // parity 14.6
  Fixture t;
  Semaphore semaphore(2);
  std::string order;
  Future<void> a = hold_a_second(t, semaphore.acquire(), order, 'a');
  Future<void> b = hold_a_second(t, semaphore.acquire(), order, 'b');
  Future<void> c = hold_a_second(t, semaphore.acquire(), order, 'c');
  t.run_until_idle();
  CHECK(order == "ab");
  CHECK(semaphore.available() == 0);
  CHECK(semaphore.waiting() == 1);

  t.clock.advance(1s);

  CHECK(order == "abc");
  t.clock.advance(1s);
  CHECK(semaphore.available() == 2);
}

TEST_CASE("an extra release raises the number of a semaphore") {  // parity 14.6
  Fixture t;
  Semaphore semaphore(2);

  semaphore.release();

  CHECK(semaphore.available() == 3);
}

TEST_CASE("an extra release of a bounded semaphore is refused and counts for nothing") {
  Fixture t;
  BoundedSemaphore semaphore(2);
  std::optional<Permit> permit = semaphore.try_acquire();

  const Result<void> refused = semaphore.release();
  CHECK(refused.error() == Errc::invalid);
  CHECK(semaphore.available() == 1);

  permit->forget();
  CHECK(semaphore.release());
  CHECK(semaphore.available() == 2);
  CHECK(semaphore.release().error() == Errc::invalid);
  CHECK(semaphore.available() == 2);
}

TEST_CASE("a bounded semaphore refuses at once what it can never give") {
  Fixture t;
  BoundedSemaphore semaphore(2);

  const auto result = t.get(semaphore.acquire(3));

  CHECK(result.error() == Errc::invalid);
  CHECK(result.error().context() == "acquire of 3 permits, of which there are 2");
}

TEST_CASE("a large request is not overtaken by small ones") {
  Fixture t;
  Semaphore semaphore(3);
  Permit one = *t.get(semaphore.acquire());
  std::string order;
  Future<void> all = hold_a_second(t, semaphore.acquire(3), order, 'A');
  Future<void> small = hold_a_second(t, semaphore.acquire(1), order, 's');
  t.run_until_idle();
  CHECK(order.empty());
  CHECK_FALSE(semaphore.try_acquire());

  one.release();
  t.run_until_idle();
  CHECK(order == "A");
  t.clock.advance(1s);

  CHECK(order == "As");
}

TEST_CASE("when a large request goes, those behind it go on") {
  Fixture t;
  Semaphore semaphore(3);
  const Permit one = *t.get(semaphore.acquire());
  Future<Permit> all = semaphore.acquire(3);
  Future<Permit> small = semaphore.acquire(2);

  all = {};

  CHECK(small.ready());
  CHECK(semaphore.waiting() == 0);
  CHECK(t.get(std::move(small))->count() == 2);
}

TEST_CASE("a permit that was granted and is dropped goes to the next") {
  Fixture t;
  Semaphore semaphore(1);
  Permit held = *t.get(semaphore.acquire());
  Future<Permit> first = semaphore.acquire();
  Future<Permit> second = semaphore.acquire();
  held.release();
  REQUIRE(first.ready());
  CHECK_FALSE(second.ready());

  first = {};

  CHECK(second.ready());
  CHECK(t.get(std::move(second)));
}

TEST_CASE("a permit that has passed a time limit and is dropped goes to the next") {
  Fixture t;
  Semaphore semaphore(1);
  Permit held = *t.get(semaphore.acquire());
  Future<void> first = semaphore.acquire()
                           .timeout(1s)
                           .or_else([](const Error&) { return Permit(); })
                           .then([](Permit) {});
  Future<Permit> second = semaphore.acquire();
  held.release();
  CHECK_FALSE(second.ready());

  first = {};

  CHECK(second.ready());
}

TEST_CASE("a waiter that is cancelled leaves the line") {
  Fixture t;
  Semaphore semaphore(1);
  Permit held = *t.get(semaphore.acquire());
  TaskGroup group(t.loop);
  Task waiting = group.spawn("waits", semaphore.acquire().then([](Permit) {}));
  Future<Permit> behind = semaphore.acquire();

  waiting.cancel();
  t.run_until_idle();
  CHECK(waiting.state() == TaskState::canceled);
  CHECK(semaphore.waiting() == 1);
  held.release();

  CHECK(t.get(std::move(behind)));
}

TEST_CASE("a waiter that is cancelled may be dropped by whom it held up") {
  Fixture t;
  Semaphore semaphore(2);
  const Permit one = *semaphore.try_acquire();
  ProbeCount count;
  Future<Permit> large = semaphore.acquire(2).timeout(1s);
  const Future<Permit> small = semaphore.acquire(1).attach(Probe(count, [&] { large = {}; }));
  CHECK_FALSE(t.poll(small));

  t.clock.advance(1s);

  CHECK(small.ready());
  CHECK_FALSE(large.valid());
  CHECK(semaphore.waiting() == 0);
}

TEST_CASE("those who wait for a semaphore that is destroyed hear it, and permits may outlive it") {
  Fixture t;
  auto semaphore = std::make_unique<Semaphore>(1);
  Permit held = *t.get(semaphore->acquire());
  Future<Permit> waiting = semaphore->acquire();

  semaphore.reset();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  held.release();
  CHECK_FALSE(held);
}

TEST_CASE("a continuation may destroy the semaphore that woke it") {
  Fixture t;
  auto semaphore = std::make_unique<Semaphore>(1);
  Permit held = *t.get(semaphore->acquire());
  bool ran = false;
  Future<void> next = semaphore->acquire().then([&](Permit) {
    semaphore.reset();
    ran = true;
  });

  held.release();
  t.run_until_idle();

  CHECK(ran);
}

TEST_CASE("a hundred thousand waiters that give back at once leave the stack alone") {
  Fixture t;
  Semaphore semaphore(1);
  Permit held = *t.get(semaphore.acquire());
  int done = 0;
  std::vector<Future<void>> waiting;
  for (int i = 0; i < 100'000; ++i)
    waiting.push_back(semaphore.acquire().then([&done](Permit) { ++done; }));

  held.release();
  t.run_until_idle();

  CHECK(done == 100'000);
  CHECK(semaphore.available() == 1);
}

TEST_CASE("eight thousand permits that are dropped as they are granted leave the stack alone") {
  Fixture t;
  constexpr std::size_t many = 8'000;
  Semaphore semaphore(1);
  Permit held = *semaphore.try_acquire();
  ProbeCount count;
  std::vector<Future<Permit>> waiting(many);
  for (Future<Permit>& each : waiting)
    each = semaphore.acquire().attach(Probe(count, [&each] { each = {}; }));
  CHECK(semaphore.waiting() == many);

  held.release();

  CHECK(count.alive == 0);
  CHECK(semaphore.available() == 1);
}

TEST_CASE("whatever is cancelled or dropped, no permit is lost and none is made") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    Semaphore semaphore(3);
    std::vector<Future<Permit>> futures;
    std::vector<Permit> held;
    for (int step = 0; step < 40; ++step) {
      const std::size_t what = random() % 4;
      if (what == 0) futures.push_back(semaphore.acquire(1 + random() % 3));
      if (what == 1 && !futures.empty()) {
        const std::size_t at = random() % futures.size();
        if (futures[at].ready()) held.push_back(*t.get(std::move(futures[at])));
        futures.erase(futures.begin() + static_cast<std::ptrdiff_t>(at));
      }
      if (what == 2 && !held.empty()) held.erase(held.begin());
      if (what == 3) t.run_until_idle();
    }

    futures.clear();
    held.clear();

    CAPTURE(seed);
    CHECK(semaphore.available() == 3);
    CHECK(semaphore.waiting() == 0);
  }
}

TEST_CASE("a mutex has one holder at a time, in the order of their coming") {  // parity 14.6
  Fixture t;
  Mutex mutex;
  std::string order;
  Future<void> a = hold_a_second(t, mutex.lock(), order, 'a');
  Future<void> b = hold_a_second(t, mutex.lock(), order, 'b');
  t.run_until_idle();
  CHECK(mutex.locked());
  CHECK_FALSE(mutex.try_lock());
  CHECK(order == "a");

  t.clock.advance(1s);
  CHECK(order == "ab");
  t.clock.advance(1s);

  CHECK_FALSE(mutex.locked());
  CHECK(mutex.try_lock());
}

TEST_CASE("a mutex is unlocked when its holder fails") {
  Fixture t;
  Mutex mutex;

  const auto result = t.get(
      mutex.lock().then([](Mutex::Guard) -> Future<void> { throw std::runtime_error("no"); }));

  CHECK(result.error() == Errc::exception);
  CHECK_FALSE(mutex.locked());
}

TEST_CASE("a shared mutex has many readers or one writer") {
  Fixture t;
  SharedMutex mutex;
  Permit first = *t.get(mutex.lock_shared());
  Permit second = *t.get(mutex.lock_shared());
  CHECK(mutex.readers() == 2);
  CHECK_FALSE(mutex.try_lock());
  Future<Permit> writer = mutex.lock();

  first.release();
  CHECK_FALSE(writer.ready());
  second.release();

  CHECK(writer.ready());
  CHECK(mutex.written());
  CHECK(mutex.readers() == 0);
  CHECK_FALSE(mutex.try_lock_shared());
}

TEST_CASE("a reader that comes after a waiting writer waits for it, so that neither starves") {
  Fixture t;
  SharedMutex mutex;
  Permit reader = *t.get(mutex.lock_shared());
  Future<Permit> writer = mutex.lock();
  Future<Permit> late = mutex.lock_shared();
  CHECK_FALSE(late.ready());

  reader.release();
  Permit written = *t.get(std::move(writer));
  CHECK_FALSE(late.ready());
  written.release();

  CHECK(t.get(std::move(late)));
}
