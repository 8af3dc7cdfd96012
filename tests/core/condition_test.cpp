// SPDX-License-Identifier: MIT
#include <eddy/core/condition.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <stdexcept>

using namespace eddy;
using eddy::testing::Fixture;

TEST_CASE("a condition unlocks while it waits, and is locked again when it was notified") {
  Fixture t;
  Mutex mutex;
  Condition changed(mutex);
  Future<Mutex::Guard> waiting = changed.wait(*t.get(mutex.lock()));
  CHECK_FALSE(mutex.locked());
  CHECK(changed.waiting() == 1);
  t.run_until_idle();
  CHECK_FALSE(waiting.ready());

  changed.notify();
  t.run_until_idle();

  CHECK(waiting.ready());
  CHECK(mutex.locked());
}

TEST_CASE("a notification wakes those who have waited longest") {
  Fixture t;
  Mutex mutex;
  Condition changed(mutex);
  int woken = 0;
  auto note = [&](Mutex::Guard) {
    ++woken;
  };
  Future<void> a = changed.wait(*mutex.try_lock()).then(note);
  Future<void> b = changed.wait(*mutex.try_lock()).then(note);
  Future<void> c = changed.wait(*mutex.try_lock()).then(note);

  changed.notify(2);
  t.run_until_idle();
  CHECK(woken == 2);
  CHECK_FALSE(c.ready());
  changed.notify_all();
  t.run_until_idle();

  CHECK(woken == 3);
}

TEST_CASE("a predicate is asked again after each notification, with the mutex locked") {
  Fixture t;  // parity 14.6
  Mutex mutex;
  Condition changed(mutex);
  int value = 0;
  int asked = 0;
  auto enough = [&] {
    CHECK(mutex.locked());
    ++asked;
    return value >= 2;
  };
  Future<Mutex::Guard> waiting = changed.wait(*mutex.try_lock(), enough);
  CHECK(asked == 1);

  for (int i = 0; i < 2; ++i) {
    ++value;
    changed.notify();
    t.run_until_idle();
  }

  CHECK(asked == 3);
  CHECK(t.get(std::move(waiting)));
  CHECK(changed.wait(*mutex.try_lock(), enough).ready());
}

TEST_CASE("a notification of one who is dropped before it has the mutex goes to the next") {
  Fixture t;
  Mutex mutex;
  Condition changed(mutex);
  Future<Mutex::Guard> first = changed.wait(*mutex.try_lock());
  Future<Mutex::Guard> second = changed.wait(*mutex.try_lock());
  std::optional<Mutex::Guard> busy = mutex.try_lock();
  changed.notify();
  t.run_until_idle();

  first = {};
  busy.reset();
  t.run_until_idle();

  CHECK(second.ready());
}

TEST_CASE("a notification of one who is dropped in the same turn goes to the next") {
  Fixture t;
  Mutex mutex;
  Condition changed(mutex);
  Future<Mutex::Guard> first = changed.wait(*mutex.try_lock());
  Future<Mutex::Guard> second = changed.wait(*mutex.try_lock());

  changed.notify();
  first = {};
  t.run_until_idle();

  CHECK(second.ready());
}

TEST_CASE("a notification of one who is dropped behind a time limit goes to the next") {
  Fixture t;
  Mutex mutex;
  Condition changed(mutex);
  Future<void> first =
      changed.wait(*mutex.try_lock()).timeout(std::chrono::seconds(1)).then([](Mutex::Guard) {});
  Future<Mutex::Guard> second = changed.wait(*mutex.try_lock());
  std::optional<Mutex::Guard> busy = mutex.try_lock();
  changed.notify();
  CHECK_FALSE(t.poll(second));

  first = {};
  busy.reset();

  CHECK(t.poll(second));
}

TEST_CASE("a condition is not waited for without the mutex") {
  Fixture t;
  Mutex mutex;
  Condition changed(mutex);

  CHECK(t.get(changed.wait(Mutex::Guard())).error() == Errc::invalid);
}

TEST_CASE("those who wait for a condition that is destroyed hear it") {
  Fixture t;
  Mutex mutex;
  auto changed = std::make_unique<Condition>(mutex);
  Future<Mutex::Guard> waiting = changed->wait(*mutex.try_lock());

  changed.reset();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("who was notified and asks its predicate again after the condition is gone hears it") {
  Fixture t;
  Mutex mutex;
  auto changed = std::make_unique<Condition>(mutex);
  int asked = 0;
  auto never = [&asked] {
    ++asked;
    return false;
  };
  Future<Mutex::Guard> waiting = changed->wait(*mutex.try_lock(), never);
  std::optional<Mutex::Guard> busy = mutex.try_lock();
  changed->notify();
  CHECK_FALSE(t.poll(waiting));

  changed.reset();
  busy.reset();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(asked == 1);
  CHECK_FALSE(mutex.locked());
}

TEST_CASE("who was notified when the mutex is gone hears it") {
  Fixture t;
  auto mutex = std::make_unique<Mutex>();
  Condition changed(*mutex);
  Future<Mutex::Guard> waiting = changed.wait(*mutex->try_lock());
  changed.notify();
  CHECK_FALSE(waiting.ready());

  mutex.reset();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("a predicate is not asked without the mutex, nor with another one") {
  Fixture t;
  Mutex mutex;
  Mutex other;
  Condition changed(mutex);
  bool asked = false;
  auto yes = [&asked] {
    return asked = true;
  };

  CHECK(t.get(changed.wait(Mutex::Guard(), yes)).error() == Errc::invalid);
  CHECK(t.get(changed.wait(*other.try_lock(), yes)).error() == Errc::invalid);

  CHECK_FALSE(asked);
  CHECK_FALSE(other.locked());
}

TEST_CASE("a predicate that throws ends the wait, at once or later, and unlocks") {
  Fixture t;
  Mutex mutex;
  Condition changed(mutex);
  int asked = 0;
  auto throws_at = [&asked](int which) {
    return [&asked, which] {
      if (++asked == which) throw std::runtime_error("no");
      return false;
    };
  };
  CHECK(t.get(changed.wait(*mutex.try_lock(), throws_at(1))).error() == Errc::exception);
  Future<Mutex::Guard> waiting = changed.wait(*mutex.try_lock(), throws_at(3));
  CHECK_FALSE(t.poll(waiting));

  changed.notify();

  CHECK(t.get(std::move(waiting)).error() == Errc::exception);
  CHECK_FALSE(mutex.locked());
}
