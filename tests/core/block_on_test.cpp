// SPDX-License-Identifier: MIT
#include <eddy/core/block_on.hpp>
#include <eddy/core/run_in.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/testing/fixture.hpp>

#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/probe.hpp"
#include "core/thread_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Runs `function` in a thread and the loop of `t` until it has returned; gives what it returned.
template <class F>
auto beside(Fixture& t, F function) {
  ThreadPool pool({.min = 1, .max = 1});
  return t.get(pool.run(std::move(function)));
}

}  // namespace

TEST_CASE("a thread waits for a value, a Result, a Future, or for nothing, of a loop") {
  Fixture t;
  const Poster poster = t.loop.poster();
  Loop& loop = t.loop;
  const auto here = std::this_thread::get_id();

  CHECK(beside(t, [=] {
          return block_on(poster, [] { return std::this_thread::get_id(); });
        }).value() == here);
  CHECK(beside(t, [=] { return block_on(poster, []() -> Result<int> { return 2; }); }).value() ==
        2);
  CHECK(beside(t, [=, &loop] {
          return block_on(poster, [&loop] { return loop.next_turn().then([] { return 3; }); });
        }).value() == 3);
  CHECK(beside(t, [=] { return block_on(poster, [] {}); }).has_value());
  CHECK(beside(t, [&loop] { return block_on(loop, [] { return 4; }); }).value() == 4);
}

TEST_CASE("a thread that waits gets the error: thrown, returned, or of the future") {
  Fixture t;
  const Poster poster = t.loop.poster();

  CHECK(beside(t, [=] {
          return block_on(poster, []() -> int { throw std::runtime_error("no"); });
        }).error() == Errc::exception);
  CHECK(beside(t, [=] {
          return block_on(poster, []() -> Result<int> { return Errc::protocol; });
        }).error() == Errc::protocol);
  CHECK(beside(t, [=] {
          return block_on(poster, [] { return failed_future<int>(Errc::too_large); });
        }).error() == Errc::too_large);
}

TEST_CASE("a thread sleeps until the future of the loop is ready") {
  Fixture t;
  const Poster poster = t.loop.poster();
  Loop& loop = t.loop;
  ThreadPool pool;
  Gate asked;
  auto job = pool.run([=, &loop, &asked] {
    return block_on(poster, [&] {
      asked.open();
      return loop.sleep(1h, 5);
    });
  });
  while (!asked.is_open())
    t.loop.turn(true);
  CHECK_FALSE(t.poll(job));

  t.clock.advance(1h);

  CHECK(t.get(std::move(job)).value() == 5);
}

TEST_CASE("to block on one's own loop is refused, running or not") {
  Fixture t;
  const Poster poster = t.loop.poster();
  bool ran = false;

  const auto outside = block_on(poster, [&ran] { ran = true; });
  const auto inside =
      t.get(t.loop.next_turn().then([&] { return block_on(poster, [&ran] { ran = true; }); }));

  CHECK(outside.error() == Errc::invalid);
  CHECK(inside.error() == Errc::invalid);
  CHECK(inside.error().message().find("own thread") != std::string::npos);
  t.run_until_idle();
  CHECK_FALSE(ran);
}

TEST_CASE("to block on a loop that is gone is an error, and the captures die here") {
  ProbeCount probes;
  std::optional<Loop> loop(std::in_place);
  const Poster poster = loop->poster();
  loop.reset();

  const auto result = block_on(poster, [probe = Probe(probes)] { return 1; });

  CHECK(result.error() == Errc::closed);
  CHECK(probes.alive == 0);
}

TEST_CASE("a loop that goes before the function was called wakes the thread with an error") {
  std::optional<Loop> loop(std::in_place);
  const Poster poster = loop->poster();
  Gate asked;
  ProbeCount probes;
  Result<int> result = 0;
  std::thread other([&] {
    asked.open();
    result = block_on(poster, [probe = Probe(probes)] { return 1; });
  });
  asked.wait();

  loop.reset();  // the post comes before it or after it
  other.join();

  CHECK(result.error() == Errc::closed);
  CHECK(probes.alive == 0);
}

TEST_CASE("a loop that goes while the future is pending wakes the thread with an error") {
  std::optional<Loop> loop(std::in_place);
  const Poster poster = loop->poster();
  ProbeCount probes;
  bool waiting = false;
  Result<void> result;
  std::thread other([&] {
    result = block_on(poster, [&] {
      waiting = true;
      return loop->sleep(1h).attach(Probe(probes));
    });
  });
  while (!waiting)
    loop->turn(true);
  CHECK(probes.alive == 1);

  loop.reset();
  other.join();

  CHECK(result.error() == Errc::closed);
  CHECK(probes.alive == 0);
}

TEST_CASE("a thread waits no longer than its limit, and the work on the loop is dropped") {
  Fixture t;
  const Poster poster = t.loop.poster();
  ProbeCount probes;

  const auto result = beside(t, [&, poster] {
    return block_on(
        poster, [&] { return t.loop.sleep(1h).attach(Probe(probes)); }, 1ms);
  });
  t.run_until_idle();

  CHECK(result.error() == Errc::timed_out);
  CHECK(probes.alive == 0);
}

TEST_CASE("a limit nearly as long as time is waited for, and not over at once") {
  Fixture t;
  const Poster poster = t.loop.poster();

  const auto result = beside(t, [poster] {
    return block_on(
        poster, [] { return 7; }, Duration::max() - 1ns);
  });

  CHECK(result.value() == 7);
}

TEST_CASE("a function whose caller has given up is not called") {
  Fixture t;
  const Poster poster = t.loop.poster();
  bool ran = false;
  Result<void> result;
  std::thread other([&] {
    result = block_on(
        poster, [&ran] { ran = true; }, 0ms);
  });
  other.join();

  t.run_until_idle();

  CHECK(result.error() == Errc::timed_out);
  CHECK_FALSE(ran);
}

TEST_CASE("work that is cancelled on the loop unblocks the thread that waits for it") {
  Fixture t;
  const Poster poster = t.loop.poster();
  TaskGroup group(t.loop);

  const auto result = beside(t, [&, poster] {
    return block_on(poster, [&] {
      Promise<int> outcome(t.loop);
      auto future = outcome.future();
      auto work = t.loop.sleep(1h).complete(
          [outcome = std::move(outcome)](const Result<void>& end) mutable {
            std::move(outcome).set_error(end.error());
          });
      Task task = group.spawn("work", std::move(work));
      task.cancel();
      return future;
    });
  });

  CHECK(result.error() == Errc::canceled);
}

TEST_CASE("a loop does not end while a thread waits for its work") {
  Fixture t;
  const Poster poster = t.loop.poster();
  ThreadPool pool({.min = 1, .max = 1});
  int got = 0;
  auto job = pool.run([&, poster] {
                   return block_on(
                       poster, [&] { return pool.run([] { return 1; }); }, 1ms);
                 })
                 .complete([&got](const Result<int>& result) { got = result ? 1 : 2; });

  t.loop.run();

  CHECK(got == 2);  // the only thread waited for itself, as long as it was allowed to
  CHECK(t.poll(job));
}

TEST_CASE("run_in gives a std::future of what the loop returns") {
  Fixture t;
  Loop& loop = t.loop;
  std::future<int> value = run_in(loop.poster(), [] { return 1; });
  std::future<void> nothing = run_in(loop, [] {});
  std::future<int> later =
      run_in(loop, [&loop] { return loop.next_turn().then([] { return 2; }); });
  CHECK(value.wait_for(0s) == std::future_status::timeout);

  t.run_until_idle();

  CHECK(value.get() == 1);
  CHECK_NOTHROW(nothing.get());
  CHECK(later.get() == 2);
}

TEST_CASE("the std::future of run_in throws the error: as it was thrown, or as an Exception") {
  Fixture t;
  auto thrown = run_in(t.loop, []() -> int { throw std::runtime_error("as it was"); });
  auto error = run_in(t.loop, []() -> Result<int> { return Errc::protocol; });
  t.run_until_idle();

  CHECK_THROWS_WITH_AS(thrown.get(), "as it was", std::runtime_error);
  CHECK_THROWS_AS(error.get(), Exception);
}

TEST_CASE("the std::future of run_in throws when the loop is gone, before the call or after it") {
  std::optional<Loop> loop(std::in_place);
  const Poster poster = loop->poster();
  auto before = run_in(poster, [] { return 1; });
  loop.reset();

  auto after = run_in(poster, [] { return 1; });

  CHECK_THROWS_AS(before.get(), Exception);
  CHECK_THROWS_AS(after.get(), Exception);
}

TEST_CASE("work goes on when the std::future of run_in is dropped") {
  Fixture t;
  bool ran = false;
  {
    const auto dropped = run_in(t.loop, [&ran] { ran = true; });
  }

  t.run_until_idle();

  CHECK(ran);
}
