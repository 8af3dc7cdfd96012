// SPDX-License-Identifier: MIT
#include <eddy/core/signal_watcher.hpp>
#include <eddy/testing/fixture.hpp>

#include <csignal>
#include <optional>
#include <stdexcept>

using namespace eddy;
using eddy::testing::Fixture;

TEST_CASE("a signal reaches its watcher on the loop") {
  Fixture t;
  int seen = 0;
  auto watcher = SignalWatcher::watch(t.loop, SIGUSR1, [&seen](int signal) { seen = signal; });
  REQUIRE(watcher.has_value());

  raise(SIGUSR1);
  CHECK(seen == 0);
  t.run_until_idle();

  CHECK(seen == SIGUSR1);
}

TEST_CASE("a burst of ten thousand signals is coalesced and the last is seen") {
  Fixture t;
  int calls = 0;
  auto watcher = SignalWatcher::watch(t.loop, SIGUSR1, [&calls](int) { ++calls; });
  REQUIRE(watcher.has_value());
  for (int i = 0; i < 10'000; ++i)
    raise(SIGUSR1);

  t.run_until_idle();
  CHECK(calls >= 1);
  CHECK(calls <= 10'000);

  calls = 0;
  raise(SIGUSR1);
  t.run_until_idle();
  CHECK(calls == 1);
}

TEST_CASE("a signal that cannot be caught is refused") {
  Fixture t;
  auto watcher = SignalWatcher::watch(t.loop, SIGKILL, [](int) {});
  REQUIRE_FALSE(watcher.has_value());
  CHECK(watcher.error() == std::errc::invalid_argument);
}

TEST_CASE("a watcher does not keep run from returning") {
  Loop loop;
  auto watcher = SignalWatcher::watch(loop, SIGUSR1, [](int) {});
  loop.run();
  CHECK(watcher.has_value());
}

TEST_CASE("what a signal's callback throws is reported and the loop goes on") {
  Fixture t;
  auto watcher =
      SignalWatcher::watch(t.loop, SIGUSR1, [](int) { throw std::runtime_error("broken"); });
  raise(SIGUSR1);

  t.run_until_idle();

  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("the first of two watchers of a signal may destroy the second") {
  Fixture t;
  std::optional<SignalWatcher> a;
  std::optional<SignalWatcher> b;
  int calls = 0;
  const auto kill_both = [&](int) {
    ++calls;
    a.reset();
    b.reset();
  };
  a = *SignalWatcher::watch(t.loop, SIGUSR1, kill_both);
  b = *SignalWatcher::watch(t.loop, SIGUSR1, kill_both);
  raise(SIGUSR1);

  t.run_until_idle();

  CHECK(calls == 1);
  CHECK(t.loop.statistic().open_handles == 0);
}

TEST_CASE("SIGPIPE is ignored once there is a loop") {
  Loop loop;
  struct sigaction current {};
  sigaction(SIGPIPE, nullptr, &current);
  const bool ignored = current.sa_handler == SIG_IGN;
  CHECK(ignored);
}
