// SPDX-License-Identifier: MIT
//
// What may cross threads, under load. Meant for the thread sanitizer too.
#include <eddy/core/loop.hpp>
#include <eddy/core/remote_promise.hpp>
#include <eddy/core/repeat.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;

namespace {

constexpr int threads = 8;
constexpr int posts_a_thread = 125'000;

struct Flood {
  explicit Flood(Poster to) : poster(std::move(to)) {}

  void start(int count, Function<void()> (*make)(Flood&)) {
    for (int i = 0; i < threads; ++i) {
      workers.emplace_back([this, count, make] {
        for (int sent = 0; sent < count; ++sent)
          (poster.post(make(*this)) ? accepted : refused).fetch_add(1);
      });
    }
  }
  void join() {
    for (std::thread& each : workers)
      each.join();
  }

  Poster poster;
  std::atomic<int> accepted{0};
  std::atomic<int> refused{0};
  std::atomic<int> died{0};
  int ran = 0;
  std::vector<std::thread> workers;
};

struct CountDeath {
  explicit CountDeath(std::atomic<int>& count) : died(&count) {}
  CountDeath(CountDeath&& other) noexcept : died(std::exchange(other.died, nullptr)) {}
  CountDeath& operator=(CountDeath&&) = delete;
  ~CountDeath() {
    if (died != nullptr) died->fetch_add(1);
  }
  std::atomic<int>* died;
};

Function<void()> count_run(Flood& flood) {
  return [&flood] {
    ++flood.ran;
  };
}
Function<void()> count_death(Flood& flood) {
  return [death = CountDeath(flood.died)] {
  };
}

}  // namespace

TEST_CASE("a flood of a million posts from eight threads starves no timer and loses none") {
  Loop loop;
  Flood flood(loop.poster());
  int ticks = 0;
  flood.start(posts_a_thread, &count_run);

  auto end = repeat(loop, [&] {
    return loop.sleep(1ms).then([&] {
      ++ticks;
      return flood.ran < threads * posts_a_thread ? Next::again : Next::done;
    });
  });
  CHECK(loop.run_until(std::move(end)).has_value());
  flood.join();

  CHECK(flood.ran == threads * posts_a_thread);
  CHECK(flood.refused == 0);
  CHECK(ticks > 1);
}

TEST_CASE("a post during destruction is run, refused or dropped, and its captures die once") {
  for (int round = 0; round < 20; ++round) {
    std::optional<Loop> loop(std::in_place);
    Flood flood(loop->poster());
    flood.start(500, &count_death);
    loop->turn();
    loop.reset();
    flood.join();
    CHECK(flood.died == threads * 500);
    CHECK(flood.accepted + flood.refused == threads * 500);
  }
}

TEST_CASE("remote promises race with the end of their loop and with the drop of their future") {
  for (int round = 0; round < 200; ++round) {
    std::optional<Loop> loop(std::in_place);
    std::vector<Future<int>> futures;
    std::vector<RemotePromise<int>> promises;
    for (int i = 0; i < 20; ++i) {
      promises.emplace_back(*loop);
      futures.push_back(promises.back().future());
    }
    std::thread other([&promises] {
      for (std::size_t i = 0; i < promises.size(); ++i) {
        if (i % 3 == 0) std::move(promises[i]).set_value(1);
      }
      promises.clear();
    });
    futures.resize(10);
    loop->turn();
    for (Future<int>& each : futures)
      each = std::move(each).or_else([](const Error&) { return 2; });
    loop.reset();
    other.join();
    CHECK(futures.size() == 10);
  }
}

TEST_CASE("a cancel that races with completion has one outcome, a hundred thousand times") {
  Loop loop;
  int outcomes = 0;
  for (int round = 0; round < 1'000; ++round) {
    std::vector<RemotePromise<int>> promises;
    std::vector<Future<void>> futures;
    for (int i = 0; i < 100; ++i) {
      promises.emplace_back(loop);
      futures.push_back(
          promises.back().future().complete([&outcomes](const Result<int>&) { ++outcomes; }));
    }
    std::thread other([&promises] {
      for (auto& each : promises)
        std::move(each).set_value(1);
    });
    loop.turn();
    const int before = outcomes;
    futures.clear();
    loop.turn();
    CHECK(outcomes == before);
    other.join();
  }
  loop.turn();
}
