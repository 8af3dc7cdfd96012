// SPDX-License-Identifier: MIT
//
// Races between threads and loops, forced many times. Meant for the thread sanitizer too.
#include <eddy/core/block_on.hpp>
#include <eddy/core/loop_thread.hpp>
#include <eddy/core/thread_channel.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/core/threaded_iterable.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <optional>
#include <thread>
#include <vector>

#include "core/thread_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Runs `function` in so many threads, which begin together, and joins them.
template <class F>
void in_threads(int count, F function) {
  std::barrier together(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&together, &function, i] {
      together.arrive_and_wait();
      function(i);
    });
  }
  for (std::thread& each : threads)
    each.join();
}

Future<void> read_all(const ThreadChannel<int>& channel, std::atomic<int>& sum) {
  return channel.get().then([&channel, &sum](int item) {
    sum += item;
    return read_all(channel, sum);
  });
}

}  // namespace

TEST_CASE("five hundred threads that wait for a channel stop when it is closed") {
  const ThreadChannel<int> channel(1);
  std::atomic<int> stopped{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 500; ++i) {
    threads.emplace_back([&channel, &stopped] {
      if (channel.blocking_get().error() == Errc::closed) ++stopped;
    });
  }

  channel.close();
  for (std::thread& each : threads)
    each.join();

  CHECK(stopped == 500);
}

TEST_CASE("producers and consumers of both kinds lose nothing and invent nothing") {
  constexpr int items = 500;
  const ThreadChannel<int> channel(3);
  std::atomic<int> sum{0};
  Loop loop;
  auto first = read_all(channel, sum).or_else([](const Error&) {});
  auto second = read_all(channel, sum).or_else([](const Error&) {});
  std::atomic<int> producing{2};
  std::thread threads([&] {
    in_threads(4, [&](int number) {
      if (number < 2) {
        for (int i = 1; i <= items; ++i)
          CHECK(channel.blocking_put(i).has_value());
        if (--producing == 0) channel.close();
      } else {
        while (auto item = channel.blocking_get())
          sum += *item;
      }
    });
  });

  CHECK(loop.run_until(std::move(first)).has_value());
  CHECK(loop.run_until(std::move(second)).has_value());
  threads.join();

  CHECK(sum == items * (items + 1));
}

TEST_CASE("gets that are dropped while threads put lose no item") {
  constexpr int items = 2'000;
  const ThreadChannel<int> channel(4);
  Loop loop;
  std::thread producer([&channel] {
    for (int i = 0; i < items; ++i)
      CHECK(channel.blocking_put(i).has_value());
    channel.close();
  });

  int expected = 0;
  for (int round = 0; expected < items; ++round) {
    Future<int> get = channel.get();
    if (round % 2 == 0) loop.turn();
    if (round % 3 == 0) {
      get = {};
    } else {
      CHECK(loop.run_until(std::move(get)).value() == expected);
      ++expected;
    }
  }
  producer.join();

  CHECK(channel.size() == 0);
}

TEST_CASE("a job that ends while its future is dropped has one outcome") {
  std::barrier together(3);
  ThreadPool pool({.min = 2, .max = 2});
  Loop loop;
  int outcomes = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<Future<void>> jobs;
    for (int i = 0; i < 4; ++i) {
      jobs.push_back(pool.run([&together, i] {
                           if (i < 2) together.arrive_and_wait();
                           return i;
                         })
                         .complete([&outcomes](const Result<int>&) { ++outcomes; }));
    }
    together.arrive_and_wait();  // two jobs end now, and two begin
    loop.turn();
    const int before = outcomes;
    jobs.clear();
    loop.turn();
    CHECK(outcomes == before);
  }
}

TEST_CASE("a loop that ends while threads work and deliver harms nobody") {
  std::barrier together(3);
  ThreadPool pool({.min = 2, .max = 2});
  for (int round = 0; round < 200; ++round) {
    std::optional<Loop> loop(std::in_place);
    std::vector<Future<int>> jobs;
    for (int i = 0; i < 6; ++i) {
      jobs.push_back(pool.run([&together, i] {
        if (i < 2) together.arrive_and_wait();
        return i;
      }));
    }
    together.arrive_and_wait();  // two jobs end now, and others begin
    if (round % 2 == 0) loop->turn();
    loop.reset();
    for (Future<int>& each : jobs) {
      const auto result = detail::take_result(std::move(each));
      CHECK((result || result.error() == Errc::broken_promise));
    }
  }
  Loop loop;

  CHECK(loop.run_until(pool.run([] { return 1; })).value() == 1);
}

TEST_CASE("a pool that ends while jobs are taken fails or runs each of them") {
  Loop loop;
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> ran{0};
    int settled = 0;
    std::vector<Future<void>> jobs;
    {
      ThreadPool pool({.min = 1, .max = 4});
      for (int i = 0; i < 20; ++i) {
        jobs.push_back(
            pool.run([&ran] { ++ran; }).complete([&settled](const Result<void>&) { ++settled; }));
      }
    }
    for (Future<void>& each : jobs)
      CHECK(loop.run_until(std::move(each)).has_value());
    CHECK(settled == 20);
    CHECK(ran <= 20);
  }
}

TEST_CASE("threads of a pool that end for want of work and jobs that come then lose no job") {
  Loop loop;
  ThreadPool pool({.min = 0, .max = 3, .idle = 0ns});
  int done = 0;
  for (int round = 0; round < 300; ++round) {
    auto first = pool.run([] { return 1; });
    auto second = pool.run([] { return 1; });
    done += loop.run_until(std::move(first)).value();
    done += loop.run_until(std::move(second)).value();
  }

  CHECK(done == 600);
}

TEST_CASE("a loop that ends while threads block on it wakes them all") {
  for (int round = 0; round < 100; ++round) {
    std::optional<Loop> loop(std::in_place);
    const Poster poster = loop->poster();
    std::atomic<int> woken{0};
    std::atomic<int> answered{0};
    std::thread others([&] {
      in_threads(3, [&](int number) {
        const auto result = block_on(poster, [number] {
          return number == 0 ? this_thread_loop()->sleep(1h) : ready_future();
        });
        if (result) ++answered;
        ++woken;
      });
    });
    loop->turn();
    loop.reset();
    others.join();
    CHECK(woken == 3);
    CHECK(answered <= 2);
  }
}

TEST_CASE("a loop thread starts and stops at once, also while it is asked") {
  for (int round = 0; round < 50; ++round) {
    LoopThread thread;
    std::thread asker([&thread] {
      const auto result = thread.block_on([] { return 1; });
      CHECK((result ? Error(Errc::closed) : result.error()) == Errc::closed);
    });
    thread.stop();
    CHECK(thread.join().has_value());
    asker.join();
  }
}

TEST_CASE("a producer is closed or dropped at whatever point it is") {
  ThreadPool pool({.min = 2, .max = 2});
  Loop loop;
  for (int round = 0; round < 200; ++round) {
    auto numbers = threaded_iterable<int>(
        pool,
        [](ThreadYielder<int>& yield) {
          for (int i = 0; i < 5; ++i)
            yield(i);
        },
        1);
    for (int i = 0; i < round % 6; ++i)
      CHECK(loop.run_until(numbers.next()).value() == i);
    if (round % 2 == 0) CHECK(loop.run_until(numbers.close()).has_value());
  }

  CHECK(loop.run_until(pool.run([] { return 1; })).value() == 1);
}
