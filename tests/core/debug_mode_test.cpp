// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/timer.hpp>

#include <doctest/doctest.h>

#include <pthread.h>

#include <csignal>
#include <memory>
#include <thread>

#include "core/child.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::run_in_child;

namespace {

/// Every callback is too slow for this one.
Loop::Options impatient() {
  return Loop::Options{.debug = true, .slow_callback = 0ns};
}

}  // namespace

TEST_CASE("in debug mode a slow continuation is logged with the site that created it") {
  const auto end = run_in_child([] {
    Loop loop(impatient());
    auto chain = ready_future().then([] {}, Site{"made_here.cpp", 77});
    loop.run();
    return static_cast<int>(loop.statistic().slow_callbacks);
  });

  CHECK(end.exit_code() > 0);
  CHECK(end.printed("slow callback"));
  CHECK(end.printed("made_here.cpp"));
  CHECK(end.printed("line=77"));
}

TEST_CASE("in debug mode a slow timer is logged with the site that created it") {
  const auto end = run_in_child([] {
    Loop loop(impatient());
    Timer timer(
        loop, [] {}, Site{"timer_here.cpp", 78});
    timer.start(0s);
    loop.run();
    return 0;
  });

  CHECK(end.printed("slow callback"));
  CHECK(end.printed("timer_here.cpp"));
}

TEST_CASE("without debug mode no callback is slow") {
  const auto end = run_in_child([] {
    Loop loop(Loop::Options{.slow_callback = 0ns});
    auto chain = ready_future().then([] {});
    loop.run();
    return static_cast<int>(loop.statistic().slow_callbacks);
  });

  CHECK(end.exit_code() == 0);
  CHECK_FALSE(end.printed("slow callback"));
}

TEST_CASE("in debug mode the use from a foreign thread aborts with both thread names") {
  const auto end = run_in_child([] {
    Loop loop(Loop::Options{.debug = true, .name = "the-owner"});
    std::thread stranger([&loop] {
      pthread_setname_np(pthread_self(), "the-stranger");
      loop.stop();
    });
    stranger.join();
    return 0;
  });

  CHECK(end.aborted());
  CHECK(end.printed("the-owner"));
  CHECK(end.printed("the-stranger"));
}

TEST_CASE("in debug mode a future dropped on a foreign thread aborts") {
  const auto end = run_in_child([] {
    Loop loop(Loop::Options{.debug = true, .name = "the-owner"});
    Future<void> chain = loop.sleep(1s);
    std::thread stranger([&chain] { chain = {}; });
    stranger.join();
    return 0;
  });

  CHECK(end.aborted());
}

TEST_CASE("in debug mode handles that are open when the loop ends are named with their site") {
  const auto end = run_in_child([] {
    auto loop = std::make_unique<Loop>(Loop::Options{.debug = true});
    auto watcher = SignalWatcher::watch(
        *loop, SIGUSR1, [](int) {}, Site{"opened_here.cpp", 79});
    loop.reset();
    return 0;
  });

  CHECK(end.exit_code() == 0);
  CHECK(end.printed("signal watcher"));
  CHECK(end.printed("opened_here.cpp"));
}

TEST_CASE("destroying a running loop asserts") {
  const auto end = run_in_child([] {
    auto loop = std::make_unique<Loop>();
    auto chain = ready_future().then([&loop] { loop.reset(); });
    loop->run();
    return 0;
  });

  CHECK(end.aborted());
  CHECK(end.printed("running loop"));
}

TEST_CASE("running a loop inside itself asserts") {
  const auto end = run_in_child([] {
    Loop loop;
    auto chain = ready_future().then([&loop] { loop.run(); });
    loop.run();
    return 0;
  });

  CHECK(end.aborted());
}

TEST_CASE("a second loop of a thread asserts") {
  const auto end = run_in_child([] {
    Loop one;
    Loop two;
    return 0;
  });

  CHECK(end.aborted());
  CHECK(end.printed("one eddy::Loop"));
}
