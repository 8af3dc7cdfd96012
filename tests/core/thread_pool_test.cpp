// SPDX-License-Identifier: MIT
#include <eddy/core/all.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/core/threaded.hpp>
#include <eddy/testing/fixture.hpp>

#include <pthread.h>

#include <barrier>
#include <latch>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/probe.hpp"
#include "core/thread_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("a job runs in another thread and its value arrives on the loop") {
  Fixture t;
  ThreadPool pool;

  auto result = t.get(pool.run([] { return std::this_thread::get_id(); }));

  REQUIRE(result.has_value());
  CHECK(*result != std::this_thread::get_id());
}

TEST_CASE("the future of a job is pending until its thread is done") {
  Fixture t;
  ThreadPool pool;
  Gate gate;
  auto future = pool.run([&gate] {
    gate.wait();
    return 7;
  });
  CHECK_FALSE(t.poll(future));

  gate.open();

  CHECK(t.get(std::move(future)).value() == 7);
}

TEST_CASE("a job gives void, a Result, or something that can only be moved") {
  Fixture t;
  ThreadPool pool;

  CHECK(t.get(pool.run([] {})).has_value());
  CHECK(t.get(pool.run([]() -> Result<int> { return 3; })).value() == 3);
  CHECK(t.get(pool.run([]() -> Result<int> { return Errc::protocol; })).error() == Errc::protocol);
  CHECK(*t.get(pool.run([] { return std::make_unique<int>(4); })).value() == 4);
}

TEST_CASE("what a job throws is the error of its future") {
  Fixture t;
  ThreadPool pool;

  const auto result =
      t.get(pool.run([]() -> int { throw std::runtime_error("the disk is on fire"); }));

  CHECK(result.error() == Errc::exception);
  CHECK(result.error().message().find("the disk is on fire") != std::string::npos);
}

TEST_CASE("an exception of whatever type ends the job and not its thread") {
  Fixture t;
  ThreadPool pool({.min = 1, .max = 1});
  struct StopIteration {};

  CHECK(t.get(pool.run([] { throw StopIteration(); })).error() == Errc::exception);
  CHECK(t.get(pool.run([] { throw Exception(Errc::protocol); })).error() == Errc::protocol);
  CHECK(t.get(pool.run([] { return 1; })).value() == 1);
}

TEST_CASE("ninety jobs that throw give ninety errors") {
  Fixture t;
  ThreadPool pool;
  int errors = 0;
  std::vector<Future<void>> jobs;
  for (int i = 0; i < 90; ++i) {
    jobs.push_back(
        pool.run([] { throw std::runtime_error("no"); }).or_else([&errors](const Error&) {
          ++errors;
        }));
  }

  CHECK(t.get(all(std::move(jobs))).has_value());

  CHECK(errors == 90);
  CHECK(pool.statistic().error.value() == 90);
}

TEST_CASE("five jobs that wait for each other run at the same time") {
  Fixture t;
  ThreadPool pool({.min = 1, .max = 5});
  std::barrier together(5);
  std::vector<Future<void>> jobs;
  for (int i = 0; i < 5; ++i)
    jobs.push_back(pool.run([&together] { together.arrive_and_wait(); }));

  CHECK(t.get(all(std::move(jobs))).has_value());
}

TEST_CASE("jobs start in the order of the calls") {
  Fixture t;
  ThreadPool pool({.min = 1, .max = 1});
  std::string order;  // one thread writes it
  auto a = pool.run([&order] { order += 'a'; });
  auto b = pool.run([&order] { order += 'b'; });
  auto c = pool.run([&order] { order += 'c'; });

  CHECK(t.get(std::move(c)).has_value());

  CHECK(order == "abc");
  CHECK(t.poll(a));
  CHECK(t.poll(b));
}

TEST_CASE("a pool starts with two threads, doubles when all are busy, and stops at its most") {
  Fixture t;
  Gate gate;
  std::vector<Future<void>> jobs;
  ThreadPool pool({.max = 5});
  const auto threads_after_one_more = [&] {
    jobs.push_back(pool.run([&gate] { gate.wait(); }));
    return pool.statistic().threads.value();
  };

  CHECK(pool.statistic().threads.value() == 2);
  CHECK(threads_after_one_more() == 2);
  CHECK(threads_after_one_more() == 2);
  CHECK(threads_after_one_more() == 4);
  CHECK(threads_after_one_more() == 4);
  CHECK(threads_after_one_more() == 5);
  CHECK(threads_after_one_more() == 5);

  gate.open();
  CHECK(t.get(all(std::move(jobs))).has_value());
}

TEST_CASE("a pool of one thread starts with one") {
  const ThreadPool pool({.max = 1});

  CHECK(pool.statistic().threads.value() == 1);
}

TEST_CASE("a pool without threads of its own makes one when there is a job") {
  Fixture t;
  ThreadPool pool({.min = 0, .max = 2});
  CHECK(pool.statistic().threads.value() == 0);

  CHECK(t.get(pool.run([] { return 1; })).value() == 1);
}

TEST_CASE("the default is a thread for each processor, four to thirty-two") {
  CHECK(ThreadPool::Options::default_max() >= 4);
  CHECK(ThreadPool::Options::default_max() <= 32);
}

TEST_CASE("a thread above the least ends when it is idle, and the others work on") {
  Fixture t;
  Gate ended;
  ThreadPool pool({.min = 1, .max = 2, .idle = 1ms});
  std::barrier both(2);
  const auto job = [&both, &ended] {
    both.arrive_and_wait();
    tell_when_this_thread_ends(ended);
  };
  auto first = pool.run(job);
  auto second = pool.run(job);
  CHECK(t.get(std::move(first)).has_value());
  CHECK(t.get(std::move(second)).has_value());

  ended.wait();

  CHECK(pool.statistic().threads.value() == 1);
  CHECK(t.get(pool.run([] { return 1; })).value() == 1);
}

TEST_CASE("a job too many is refused at once, and its captures die") {
  Fixture t;
  Gate gate;
  ProbeCount probes;
  ThreadPool pool({.min = 1, .max = 1, .queue_limit = 1});
  auto running = pool.run([&gate] { gate.wait(); });
  auto waiting = pool.run([] {});

  auto refused = pool.run([probe = Probe(probes)] {});

  CHECK(refused.ready());
  CHECK(probes.alive == 0);
  CHECK(t.get(std::move(refused)).error() == Errc::overloaded);
  CHECK(pool.statistic().submitted.value() == 2);
  gate.open();
  CHECK(t.get(std::move(running)).has_value());
  CHECK(t.get(std::move(waiting)).has_value());
}

TEST_CASE("the largest queue limit refuses no job") {
  Fixture t;
  ThreadPool pool({.min = 1, .max = 1, .queue_limit = std::numeric_limits<std::size_t>::max()});

  CHECK(t.get(pool.run([] { return 1; })).value() == 1);
}

TEST_CASE("the captures of a job die in its thread before its future resolves") {
  Fixture t;
  ThreadPool pool;
  ProbeCount probes;
  std::thread::id died;
  Probe probe(probes, [&died] { died = std::this_thread::get_id(); });

  auto ran_in = t.get(pool.run([probe = std::move(probe)] { return std::this_thread::get_id(); }));

  CHECK(probes.alive == 0);
  CHECK(died == *ran_in);
}

TEST_CASE("a function that cannot be copied is given to a job") {
  Fixture t;
  ThreadPool pool;
  auto text = std::make_unique<std::string>("moved");

  auto result = t.get(pool.run([text = std::move(text)] { return *text; }));

  CHECK(result.value() == "moved");
}

TEST_CASE("the statistics of a pool count jobs by their outcome") {
  Fixture t;
  ThreadPool pool;
  CHECK(t.get(pool.run([] { return 1; })).has_value());
  CHECK_FALSE(t.get(pool.run([]() -> Result<int> { return Errc::protocol; })).has_value());

  std::string fields;
  pool.statistic().visit([&fields](const char* name, const auto&) { fields += name; });

  CHECK(fields == "threadssubmitteddonesuccesserrorsum_time");
  CHECK(pool.statistic().submitted.value() == 2);
  CHECK(pool.statistic().done.value() == 2);
  CHECK(pool.statistic().success.value() == 1);
  CHECK(pool.statistic().error.value() == 1);
  CHECK(pool.statistic().sum_time.value() > 0);
}

TEST_CASE("threads are named after their pool, and get no signals but those of their own faults") {
  Fixture t;
  ThreadPool pool({.min = 1, .max = 1, .name = "a pool with a long name"});

  auto name = t.get(pool.run([] { return this_thread_name(); }));
  auto blocked = t.get(pool.run([] { return this_thread_blocks(SIGTERM); }));
  auto blind = t.get(pool.run([] { return this_thread_blocks(SIGSEGV); }));

  CHECK(name.value() == "a pool with a 1");
  CHECK(blocked.value());
  CHECK_FALSE(blind.value());
}

TEST_CASE("a pool tells which jobs run and how many wait") {
  Fixture t;
  Gate gate;
  Gate begun;
  ThreadPool pool({.min = 1, .max = 1});
  auto running = pool.run([&] {
    begun.open();
    gate.wait();
  });
  auto waiting = pool.run([] {});
  begun.wait();

  const auto jobs = pool.running();

  REQUIRE(jobs.size() == 1);
  CHECK(std::string(jobs[0].site.file).find("thread_pool_test") != std::string::npos);
  CHECK(jobs[0].running >= 0ns);
  CHECK(pool.waiting() == 1);
  gate.open();
  CHECK(t.get(std::move(running)).has_value());
  CHECK(t.get(std::move(waiting)).has_value());
}

TEST_CASE("a threaded function runs in a thread with copies of its arguments") {
  Fixture t;
  ThreadPool pool;
  const auto repeat_text = threaded(pool, [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
      all += text;
    return all;
  });

  CHECK(t.get(repeat_text("ab", 3)).value() == "ababab");
  CHECK(t.get(repeat_text("c", 1)).value() == "c");
  CHECK(repeat_text.sync_call("ab", 2) == "abab");
}

TEST_CASE("member functions are threaded too") {
  struct Square {
    std::int64_t side;
    std::int64_t area() const { return side * side; }
  };
  Fixture t;
  ThreadPool pool;
  const auto area = threaded(pool, &Square::area);

  CHECK(t.get(area(Square{3})).value() == 9);
  CHECK(area.sync_call(Square{2}) == 4);
}

TEST_CASE("a threaded function gets the stop token it asks for") {
  Fixture t;
  ThreadPool pool;
  const auto wait = threaded(pool, [](const std::stop_token& stop, Gate* gate) {
    gate->wait();
    return stop.stop_possible();
  });
  Gate gate;
  gate.open();

  CHECK(t.get(wait(&gate)).value());
}
