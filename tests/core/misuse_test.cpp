// SPDX-License-Identifier: MIT
//
// What queues, locks and adaptors refuse, and how they say it. What a caller may get wrong at
// run time is an error; an object that could never work stops the program.
#include <eddy/core/barrier.hpp>
#include <eddy/core/broadcast.hpp>
#include <eddy/core/iterate.hpp>
#include <eddy/core/latch.hpp>
#include <eddy/core/mutex.hpp>
#include <eddy/core/queue.hpp>
#include <eddy/core/rate_limiter.hpp>
#include <eddy/core/semaphore.hpp>
#include <eddy/core/shared_mutex.hpp>
#include <eddy/core/thread_channel.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/testing/fixture.hpp>

#include <utility>

#include "core/child.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::run_in_child;

namespace {

/// Runs `make` where it may stop the program, and tells whether it did, saying `why`.
template <class Make>
bool stops(Make make, const char* why) {
  const auto end = run_in_child([make] {
    Loop loop;
    make(loop);
    return 0;
  });
  return end.aborted() && end.printed(why);
}

}  // namespace

TEST_CASE("what could never let anybody through is not made") {
  CHECK(stops([](Loop&) { Queue<int> queue(0); }, "a queue without room"));
  CHECK(stops([](Loop&) { ThreadChannel<int> channel(0); }, "a channel without room"));
  CHECK(stops([](Loop&) { ThreadPool pool({.max = 0}); }, "a pool without threads"));
  CHECK(stops([](Loop&) { Barrier barrier(0); }, "a Barrier has at least one party"));
  CHECK(stops([](Loop&) { auto none = Broadcast<int>().subscribe(0); },
              "a subscription without room"));
  CHECK(stops([](Loop& loop) { RateLimiter limiter(loop, {.tokens = 0}); },
              "a RateLimiter without tokens"));
  CHECK(stops([](Loop& loop) { RateLimiter limiter(loop, {.tokens = 1, .burst = 0}); },
              "a RateLimiter without a burst"));
  CHECK(stops([](Loop& loop) { RateLimiter limiter(loop, {.tokens = 1, .per = 0s}); },
              "at most a token a nanosecond"));
  CHECK(
      stops([](Loop& loop) { RateLimiter limiter(loop, {.tokens = 2, .per = 1h, .burst = ~0ULL}); },
            "centuries to fill"));
}

TEST_CASE("an adaptor that could never give anything is not made") {
  const auto calls = [] {
    return from({1}).map([](int item) { return ready_future(item); });
  };

  CHECK(stops([](Loop&) { auto groups = from({1}).chunk(0); }, "a chunk has at least one item"));
  CHECK(stops([&calls](Loop&) { auto items = calls().buffered(0); }, "at least one call run"));
  CHECK(stops([](Loop&) { auto done = from({1}).for_each(0, [](int) {}); },
              "for_each() lets at least one body run"));
}

TEST_CASE("a semaphore does not count further than it can") {
  const auto release_all = [](Loop&) {
    Semaphore semaphore(2);
    semaphore.release(~std::size_t{0});
  };

  CHECK(stops(release_all, "release of more permits than can be counted"));
}

TEST_CASE("a mutex is released by its guard alone, and by that once") {
  Fixture t;
  Mutex mutex;
  Mutex::Guard guard = *mutex.try_lock();
  Mutex::Guard moved = std::move(guard);
  guard.release();  // NOLINT(bugprone-use-after-move): it holds nothing, and that is the test
  CHECK(mutex.locked());

  moved.release();
  moved.release();

  CHECK_FALSE(mutex.locked());
  CHECK(mutex.try_lock());
}

TEST_CASE("a shared mutex that is released twice stays as it is") {
  Fixture t;
  SharedMutex mutex;
  SharedMutex::Guard first = *mutex.try_lock_shared();
  const SharedMutex::Guard second = *mutex.try_lock_shared();

  first.release();
  first.release();

  CHECK(mutex.readers() == 1);
  CHECK_FALSE(mutex.try_lock());
}

TEST_CASE("task_done that was said too often changes nothing") {
  Fixture t;
  Queue<int> queue(2);
  CHECK(queue.try_put(1));
  CHECK(queue.task_done());

  CHECK(queue.task_done().error().context() == "task_done() more often than there were items");
  CHECK(queue.try_put(2));

  CHECK(queue.unfinished() == 1);
  CHECK_FALSE(t.poll(queue.join()));
}
