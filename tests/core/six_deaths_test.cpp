// SPDX-License-Identifier: MIT
//
// Each thing that waits dies in six ways: before start, while waiting, inside its own callback,
// with its future or wrapper kept after it was closed, after its loop, and twice closed.
#include <eddy/core/promise.hpp>
#include <eddy/core/remote_promise.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/core/wheel.hpp>
#include <eddy/testing/fixture.hpp>

#include <csignal>
#include <memory>
#include <optional>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

/// A Limit that counts, in something that can die.
struct Watched {
  static void on_due(Limit& limit) noexcept {
    auto& self = reinterpret_cast<Watched&>(limit);  // the first member
    ++*self.fired;
    if (self.suicide != nullptr) self.suicide->reset();
  }

  Limit limit{&Watched::on_due};
  int* fired = nullptr;
  std::unique_ptr<Watched>* suicide = nullptr;
};

}  // namespace

TEST_CASE("a timer dies before start, while waiting, and twice stopped") {
  Fixture t;
  int fired = 0;
  {
    const Timer before(t.loop, [&fired] { ++fired; });
  }
  {
    Timer waiting(t.loop, [&fired] { ++fired; });
    waiting.start(1s);
  }
  Timer twice(t.loop, [&fired] { ++fired; });
  twice.start(1s);
  twice.stop();
  twice.stop();

  t.clock.advance(2s);

  CHECK(fired == 0);
}

TEST_CASE("a timer dies inside its own callback") {
  Fixture t;
  std::optional<Timer> timer;
  timer.emplace(t.loop, [&timer] { timer.reset(); });
  timer->start(1s);

  t.clock.advance(1s);

  CHECK_FALSE(timer.has_value());
}

TEST_CASE("a timer that outlives its loop does nothing") {
  std::optional<Loop> loop(std::in_place);
  Timer armed(*loop, [] {});
  Timer idle(*loop, [] {});
  armed.start(1s);

  loop.reset();

  CHECK_FALSE(armed.armed());
  idle.start(1s);
  idle.start_at(TimePoint::max());
  idle.stop();
  CHECK_FALSE(idle.armed());
}

TEST_CASE("a signal watcher dies while waiting, and twice closed") {
  Fixture t;
  int calls = 0;
  {
    auto waiting = SignalWatcher::watch(t.loop, SIGUSR1, [&calls](int) { ++calls; });
  }
  auto twice = *SignalWatcher::watch(t.loop, SIGUSR1, [&calls](int) { ++calls; });
  auto keeper = *SignalWatcher::watch(t.loop, SIGUSR1, [](int) {});
  twice.close();
  twice.close();

  raise(SIGUSR1);
  t.run_until_idle();

  CHECK(calls == 0);
}

TEST_CASE("a signal watcher dies inside its own callback") {
  Fixture t;
  std::optional<SignalWatcher> watcher;
  watcher = *SignalWatcher::watch(t.loop, SIGUSR1, [&watcher](int) { watcher.reset(); });
  raise(SIGUSR1);

  t.run_until_idle();

  CHECK_FALSE(watcher.has_value());
}

TEST_CASE("a signal watcher that outlives its loop does nothing") {
  std::optional<Loop> loop(std::in_place);
  auto kept = *SignalWatcher::watch(*loop, SIGUSR1, [](int) {});
  auto closed = *SignalWatcher::watch(*loop, SIGUSR1, [](int) {});

  loop.reset();

  closed.close();
  SignalWatcher moved = std::move(kept);
  moved.close();
  CHECK(this_thread_loop() == nullptr);
}

TEST_CASE("a sleep dies while waiting and inside its own continuation") {
  Fixture t;
  Future<void> waiting = t.loop.sleep(1s);
  Future<void> inside;
  inside = t.loop.sleep(1s).then([&inside] { inside = {}; });
  waiting = {};

  t.clock.advance(1s);

  CHECK_FALSE(inside.valid());
}

TEST_CASE("a sleep and a next_turn that outlive their loop never come") {
  bool ran = false;
  Future<void> sleep;
  Future<void> turn;
  Future<void> limited;
  {
    Loop loop;
    sleep = loop.sleep(0s).then([&ran] { ran = true; });
    turn = loop.next_turn().then([&ran] { ran = true; });
    limited = loop.sleep(1s).timeout(2s);
  }
  CHECK_FALSE(sleep.ready());
  CHECK_FALSE(turn.ready());

  sleep = {};
  turn = {};
  limited = {};

  CHECK_FALSE(ran);
}

TEST_CASE("a next_turn dies while waiting and inside its own continuation") {
  Fixture t;
  bool ran = false;
  Future<void> waiting = t.loop.next_turn().then([&ran] { ran = true; });
  Future<void> inside;
  inside = t.loop.next_turn().then([&inside] { inside = {}; });
  waiting = {};

  t.run_until_idle();

  CHECK_FALSE(ran);
  CHECK_FALSE(inside.valid());
}

TEST_CASE("a limit dies before start, while waiting, inside its callback, and twice cancelled") {
  Fixture t;
  int fired = 0;
  auto suicide = std::make_unique<Watched>();
  {
    Watched before;
    Watched waiting;
    waiting.fired = &fired;
    waiting.limit.start(t.loop, 1s);
  }
  Watched twice;
  twice.limit.start(t.loop, 1s);
  twice.limit.cancel();
  twice.limit.cancel();
  suicide->fired = &fired;
  suicide->suicide = &suicide;
  suicide->limit.start(t.loop, 1s);

  t.clock.advance(2s);

  CHECK(fired == 1);
  CHECK(suicide == nullptr);
}

TEST_CASE("a limit that outlives its loop does nothing") {
  Watched one;
  Watched other;
  {
    Loop loop;
    one.limit.start(loop, 1s);
    other.limit.start(loop, 1s);
  }
  one.limit.cancel();
  CHECK_FALSE(one.limit.armed());
}

TEST_CASE("a promise and its future may outlive their loop, in either order") {
  std::optional<Promise<int>> kept;
  std::optional<Promise<int>> dropped;
  Future<int> future;
  {
    Loop loop;
    kept.emplace(loop);
    dropped.emplace(loop);
    future = kept->future().then([](int n) { return n; });
    std::ignore = dropped->future();
  }
  dropped.reset();
  std::move(*kept).set_value(1);
  CHECK_FALSE(future.ready());  // its continuation has no loop to run on
}

TEST_CASE("a remote promise that outlives its loop is not wanted") {
  std::optional<RemotePromise<int>> promise;
  Future<int> future;
  {
    Loop loop;
    promise.emplace(loop);
    future = promise->future();
  }
  CHECK_FALSE(promise->wanted());
  promise.reset();
  CHECK(detail::take_result(std::move(future)).error() == Errc::broken_promise);
}

TEST_CASE("a task group and its tasks may outlive their loop") {
  std::optional<TaskGroup> group;
  Task task;
  {
    Loop loop;
    group.emplace(loop);
    task = group->spawn("work", loop.sleep(1s));
  }
  task.cancel();
  CHECK(group->stop(1s).valid());

  group.reset();

  CHECK(task.state() == TaskState::canceled);
}
