// SPDX-License-Identifier: MIT
//
// How a pool of threads ends.
#include <eddy/core/separate_threads.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/core/threaded.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/probe.hpp"
#include "core/thread_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

ThreadPool::Options one_thread() {
  return {.min = 1, .max = 1};
}

}  // namespace

TEST_CASE("a shutdown of an idle pool is done at once, and a second one too") {
  Fixture t;
  ThreadPool pool;

  CHECK(t.get(pool.shutdown(1s)).value().empty());
  CHECK(t.get(pool.shutdown(1s)).value().empty());
}

TEST_CASE("a job after the shutdown is refused and its captures die") {
  Fixture t;
  ProbeCount probes;
  ThreadPool pool;
  CHECK(t.get(pool.shutdown(1s)).has_value());

  auto job = pool.run([probe = Probe(probes)] {});

  CHECK(job.ready());
  CHECK(probes.alive == 0);
  CHECK(t.get(std::move(job)).error() == Errc::closed);
}

TEST_CASE("a shutdown fails what waits, stops what runs and resolves when that has ended") {
  Fixture t;
  Gate begun;
  Gate asked;
  Gate go_on;
  ProbeCount probes;
  ThreadPool pool(one_thread());
  auto running = pool.run([&](const std::stop_token& stop) {
    begun.open();
    wait_for_stop(stop);
    asked.open();
    go_on.wait();
    return 9;
  });
  auto waiting = pool.run([probe = Probe(probes)] {});
  begun.wait();

  auto stopped = pool.shutdown(1s);

  asked.wait();
  CHECK(probes.alive == 0);
  CHECK_FALSE(t.poll(stopped));
  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  go_on.open();
  CHECK(t.get(std::move(stopped)).value().empty());
  CHECK(t.get(std::move(running)).value() == 9);
}

TEST_CASE("a shutdown that takes too long tells which jobs run still") {
  Fixture t;
  Gate begun;
  Gate go_on;
  ThreadPool pool(one_thread());
  const unsigned line = __LINE__ + 1;
  auto deaf = pool.run([&] {
    begun.open();
    go_on.wait();
  });
  begun.wait();
  auto stopped = pool.shutdown(1s);
  CHECK_FALSE(t.poll(stopped));

  t.clock.advance(1s);

  const auto left = t.get(std::move(stopped));
  REQUIRE(left.value().size() == 1);
  CHECK(left.value()[0].site.line >= line);
  CHECK(std::string(left.value()[0].site.file).find("thread_pool_shutdown") != std::string::npos);
  go_on.open();
  CHECK(t.get(std::move(deaf)).has_value());
}

TEST_CASE("dropping the future of a shutdown does not take it back") {
  Fixture t;
  ThreadPool pool;
  { const auto dropped = pool.shutdown(1s); }

  CHECK(t.get(pool.run([] {})).error() == Errc::closed);
}

TEST_CASE("the destructor of a pool fails what waits and joins what runs") {
  Fixture t;
  Gate begun;
  bool ended = false;
  Future<void> running;
  Future<void> waiting;
  {
    ThreadPool pool(one_thread());
    running = pool.run([&](const std::stop_token& stop) {
      begun.open();
      wait_for_stop(stop);
      ended = true;  // seen below, for the destructor joins this thread
    });
    waiting = pool.run([] {});
    begun.wait();
  }

  CHECK(ended);
  CHECK(t.get(std::move(running)).has_value());
  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("a job that does not stop outlives its pool, which waits no longer than it should") {
  Fixture t;
  Gate begun;
  Gate go_on;
  Gate ended;
  Future<int> deaf;
  {
    ThreadPool pool({.min = 1, .max = 1, .linger = 1ms});
    deaf = pool.run([&] {
      tell_when_this_thread_ends(ended);
      begun.open();
      go_on.wait();
      return 1;
    });
    begun.wait();
  }
  CHECK_FALSE(t.poll(deaf));

  go_on.open();

  CHECK(t.get(std::move(deaf)).value() == 1);
  ended.wait();
}

TEST_CASE("a pool that lingers as long as time waits for its jobs") {
  Fixture t;
  bool ended = false;  // read by whom joins the thread
  Gate begun;
  Future<void> running;
  {
    ThreadPool pool({.min = 1, .max = 1, .linger = Duration::max()});
    running = pool.run([&](const std::stop_token& stop) {
      begun.open();
      wait_for_stop(stop);
      ended = true;
    });
    begun.wait();
  }

  CHECK(ended);
  CHECK(t.get(std::move(running)).has_value());
}

TEST_CASE("a job may own the last reference to its pool") {
  Fixture t;
  auto pool = std::make_shared<ThreadPool>(one_thread());
  ThreadPool& borrowed = *pool;
  Gate ended;

  auto job = borrowed.run([&ended, pool = std::move(pool)]() mutable {
    tell_when_this_thread_ends(ended);
    pool.reset();
    return 1;
  });

  CHECK(t.get(std::move(job)).value() == 1);
  ended.wait();
}

TEST_CASE("a pool is destroyed by the continuation of its own job") {
  Fixture t;
  std::optional<ThreadPool> pool(std::in_place);
  auto job = pool->run([] { return 2; }).then([&pool](int value) {
    pool.reset();
    return value;
  });

  CHECK(t.get(std::move(job)).value() == 2);
}

TEST_CASE("a pool outlives its loop and is destroyed after it") {
  std::optional<ThreadPool> pool(std::in_place);
  std::optional<Loop> loop(std::in_place);
  Future<void> job = pool->run([](const std::stop_token& stop) { wait_for_stop(stop); });

  loop.reset();
  pool.reset();

  CHECK(detail::take_result(std::move(job)).error() == Errc::broken_promise);
}

TEST_CASE("separate threads run each job in a thread of its own, which ends with it") {
  Fixture t;
  Gate first_ended;
  Gate second_ended;
  SeparateThreads threads;
  const auto run = threaded_separate(threads, [](Gate* ended) {
    static thread_local int jobs = 0;
    tell_when_this_thread_ends(*ended);
    return ++jobs;
  });

  CHECK(t.get(run(&first_ended)).value() == 1);
  CHECK(t.get(run(&second_ended)).value() == 1);

  first_ended.wait();
  second_ended.wait();
  CHECK(threads.statistic().threads.value() == 0);
}

TEST_CASE("separate threads start at once, however many are busy, up to their limit") {
  Fixture t;
  Gate gate;
  SeparateThreads threads({.limit = 2});
  Gate begun[2];
  auto first = threads.run([&] {
    begun[0].open();
    gate.wait();
  });
  auto second = threads.run([&] {
    begun[1].open();
    gate.wait();
  });
  begun[0].wait();
  begun[1].wait();

  auto third = threads.run([] {});

  CHECK(threads.running().size() == 2);
  CHECK(t.get(std::move(third)).error() == Errc::overloaded);
  gate.open();
  CHECK(t.get(std::move(first)).has_value());
  CHECK(t.get(std::move(second)).has_value());
  CHECK(t.get(threads.run([] { return 4; })).value() == 4);
}

TEST_CASE("a shutdown of separate threads stops them, and they refuse more") {
  Fixture t;
  Gate begun;
  SeparateThreads threads;
  auto job = threads.run([&begun](const std::stop_token& stop) {
    begun.open();
    wait_for_stop(stop);
  });
  begun.wait();

  CHECK(t.get(threads.shutdown(1s)).value().empty());

  CHECK(t.get(std::move(job)).has_value());
  CHECK(t.get(threads.run([] {})).error() == Errc::closed);
}
