// SPDX-License-Identifier: MIT
//
// Jobs whose future is dropped or cancelled, or whose loop ends.
#include <eddy/core/all.hpp>
#include <eddy/core/remote_promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/thread_channel.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/testing/fixture.hpp>

#include <atomic>
#include <barrier>
#include <optional>
#include <thread>

#include "core/probe.hpp"
#include "core/thread_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Keeps the only thread of `pool` busy until `gate` is open.
Future<void> busy_until(Gate& gate, ThreadPool& pool) {
  Gate begun;
  auto job = pool.run([&gate, &begun] {
    begun.open();
    gate.wait();
  });
  begun.wait();
  return job;
}

ThreadPool::Options one_thread() {
  return {.min = 1, .max = 1};
}

}  // namespace

TEST_CASE("a dropped job that no thread has taken never runs, and its captures die at once") {
  Fixture t;
  Gate gate;
  ThreadPool pool(one_thread());
  auto running = busy_until(gate, pool);
  ProbeCount probes;
  std::thread::id died;
  bool ran = false;
  Probe probe(probes, [&died] { died = std::this_thread::get_id(); });
  auto job = pool.run([&ran, probe = std::move(probe)] { ran = true; });

  job = {};

  CHECK(probes.alive == 0);
  CHECK(died == std::this_thread::get_id());
  CHECK(pool.waiting() == 0);
  gate.open();
  CHECK(t.get(std::move(running)).has_value());
  CHECK(t.get(pool.run([] {})).has_value());
  CHECK_FALSE(ran);
  CHECK(pool.statistic().submitted.value() == 3);
  CHECK(pool.statistic().done.value() == 2);
}

TEST_CASE("a thousand queued jobs are dropped and none of them runs") {
  Fixture t;
  Gate gate;
  ThreadPool pool(one_thread());
  auto running = busy_until(gate, pool);
  std::atomic<int> ran{0};
  std::vector<Future<void>> jobs;
  for (int i = 0; i < 1'000; ++i)
    jobs.push_back(pool.run([&ran] { ++ran; }));
  CHECK(pool.waiting() == 1'000);

  jobs.clear();

  CHECK(pool.waiting() == 0);
  gate.open();
  CHECK(t.get(std::move(running)).has_value());
  CHECK(t.get(pool.run([] {})).has_value());
  CHECK(ran == 0);
}

TEST_CASE("a thousand queued jobs are cancelled softly at one stroke") {
  Fixture t;
  Gate gate;
  ThreadPool pool(one_thread());
  auto running = busy_until(gate, pool);
  std::atomic<int> ran{0};
  TaskGroup group(t.loop);
  for (int i = 0; i < 1'000; ++i)
    group.spawn("job", pool.run([&ran] { ++ran; }));

  CHECK(t.get(group.stop(1s)).has_value());

  CHECK(pool.waiting() == 0);
  gate.open();
  CHECK(t.get(std::move(running)).has_value());
  CHECK(ran == 0);
}

TEST_CASE("dropping the future of a running job requests its stop") {
  Fixture t;
  Gate begun;
  Gate stopped;
  ThreadPool pool(one_thread());
  auto job = pool.run([&](const std::stop_token& stop) {
    begun.open();
    wait_for_stop(stop);
    stopped.open();
  });
  begun.wait();
  CHECK_FALSE(stopped.is_open());

  job = {};

  stopped.wait();
  CHECK(t.get(pool.run([] { return 1; })).value() == 1);
}

TEST_CASE("soft cancel fails the future of a running job at once and requests its stop") {
  Fixture t;
  Gate begun;
  Gate asked;
  Gate go_on;
  ThreadPool pool(one_thread());
  Result<void> result;
  auto job = pool.run([&](const std::stop_token& stop) {
                   begun.open();
                   wait_for_stop(stop);
                   asked.open();
                   go_on.wait();
                 })
                 .complete([&result](Result<void> outcome) { result = std::move(outcome); });
  TaskGroup group(t.loop);
  auto task = group.spawn("job", std::move(job));
  begun.wait();

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::done);
  CHECK(result.error() == Errc::canceled);
  asked.wait();
  CHECK(pool.running().size() == 1);
  go_on.open();
}

TEST_CASE("a timeout ends the wait for a job that does not listen") {
  Fixture t;
  Gate gate;
  ThreadPool pool(one_thread());
  auto job = busy_until(gate, pool).timeout(1s);
  CHECK_FALSE(t.poll(job));

  t.clock.advance(1s);

  CHECK(t.get(std::move(job)).error() == Errc::timed_out);
  gate.open();
}

TEST_CASE("the late result of a dropped job dies on the loop's thread") {
  Fixture t;
  Gate gate;
  Gate begun;
  ProbeCount probes;
  std::thread::id died;
  auto value = shared_probe(probes, [&died] { died = std::this_thread::get_id(); });
  ThreadPool pool(one_thread());
  auto job = pool.run([&, value = std::move(value)] {
    begun.open();
    gate.wait();
    return value;
  });
  begun.wait();
  job = {};
  gate.open();
  CHECK(t.get(pool.run([] {})).has_value());  // the thread is done with the other

  t.run_until_idle();

  CHECK(probes.alive == 0);
  CHECK(died == std::this_thread::get_id());
}

TEST_CASE("a job may be dropped by its own stop callback") {
  Fixture t;
  Gate begun;
  Gate stopped;
  ThreadPool pool(one_thread());
  std::optional<Future<void>> job;
  std::optional<Future<void>> other(t.loop.sleep(1h));
  job = pool.run([&](const std::stop_token& stop) {
    const std::stop_callback callback(stop, [&] {
      other.reset();  // on the loop's thread, inside of ~Future
      stopped.open();
    });
    begun.open();
    stopped.wait();
  });
  begun.wait();

  job.reset();

  CHECK_FALSE(other.has_value());
}

TEST_CASE("a job is dropped by the continuation of another") {
  Fixture t;
  Gate gate;
  ThreadPool pool(one_thread());
  auto running = busy_until(gate, pool);
  std::optional<Future<void>> queued(pool.run([] {}));
  auto chain = std::move(running).then([&queued] { queued.reset(); });

  gate.open();

  CHECK(t.get(std::move(chain)).has_value());
  CHECK_FALSE(queued.has_value());
}

TEST_CASE("a pool survives the end of a loop that it served, with jobs waiting and running") {
  Gate gate;
  Gate begun;
  ProbeCount probes;
  ThreadPool pool(one_thread());
  Future<void> running;
  Future<void> waiting;
  {
    Loop first;
    running = pool.run([&](const std::stop_token& stop) {
      begun.open();
      wait_for_stop(stop);
      gate.wait();
    });
    waiting = pool.run([probe = Probe(probes)] {});
    begun.wait();
  }

  CHECK(probes.alive == 0);
  CHECK(pool.waiting() == 0);
  CHECK(detail::take_result(std::move(running)).error() == Errc::broken_promise);
  CHECK(detail::take_result(std::move(waiting)).error() == Errc::broken_promise);
  Fixture second;
  auto job = pool.run([] { return 5; });
  gate.open();
  CHECK(second.get(std::move(job)).value() == 5);
}

TEST_CASE("what a destructor asks of other threads while the loop ends fails at once") {
  ThreadPool pool(one_thread());
  const ThreadChannel<int> channel(1);
  ProbeCount probes;
  Future<int> job;
  Future<int> item;
  Future<void> room;
  std::optional<RemotePromise<int>> promise;
  Future<int> promised;
  {
    Loop loop;
    CHECK(loop.poster().post([probe = Probe(probes, [&] {
                                job = pool.run([] { return 1; });
                                item = channel.get();
                                CHECK(channel.try_put(1));
                                room = channel.put(2);
                                promise.emplace(loop);
                                promised = promise->future();
                              })] {}));
  }

  CHECK(detail::take_result(std::move(job)).error() == Errc::broken_promise);
  CHECK(detail::take_result(std::move(item)).error() == Errc::closed);
  CHECK(detail::take_result(std::move(room)).error() == Errc::closed);
  CHECK(detail::take_result(std::move(promised)).error() == Errc::broken_promise);
  CHECK_FALSE(promise->wanted());
}

TEST_CASE("loops on many threads share a pool") {
  ThreadPool pool({.min = 2, .max = 4});
  std::atomic<int> sum{0};
  std::barrier all_done(4);
  std::vector<std::thread> threads;
  for (int i = 1; i <= 4; ++i) {
    threads.emplace_back([&pool, &sum, &all_done, i] {
      Loop loop;
      sum += loop.run_until(pool.run([i] { return i; })).value();
      // No descriptor of a loop is used again by another, which the thread sanitizer cannot follow:
      // libuv closes them by a system call of its own.
      all_done.arrive_and_wait();
    });
  }
  for (std::thread& each : threads)
    each.join();

  CHECK(sum == 10);
}

TEST_CASE("a loop waits for the jobs that it gave to a pool, and no longer") {
  Fixture t;
  ThreadPool pool;
  bool done = false;
  auto job = pool.run([] {}).then([&done] { done = true; });

  t.loop.run();

  CHECK(done);
  CHECK(t.poll(job));
}

TEST_CASE("a future that another settles before its job ends ignores the job") {
  Fixture t;
  Gate gate;
  ThreadPool pool(one_thread());
  auto slow = busy_until(gate, pool).then([] { return 1; }).timeout(0s).or_else([](const Error&) {
    return 2;
  });
  t.clock.advance(1ms);

  CHECK(t.get(std::move(slow)).value() == 2);
  gate.open();
  CHECK(t.get(pool.run([] { return 3; })).value() == 3);
}
