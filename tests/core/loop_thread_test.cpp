// SPDX-License-Identifier: MIT
#include <eddy/core/loop_thread.hpp>
#include <eddy/core/remote_promise.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/thread_channel.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/probe.hpp"
#include "core/thread_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("a loop thread runs what other threads send to it") {
  const LoopThread thread;

  const auto id = thread.block_on([] { return std::this_thread::get_id(); });
  auto name = thread.run([] { return this_thread_name(); });

  CHECK(*id != std::this_thread::get_id());
  CHECK(name.get() == "loop");
}

TEST_CASE("what is sent to a loop thread may wait for something") {
  const LoopThread thread;

  const auto result = thread.block_on([] { return this_thread_loop()->sleep(1ms, 4); });

  CHECK(result.value() == 4);
}

TEST_CASE("a loop thread that has nothing to do is joined by its destructor") {
  Gate ended;
  {
    const LoopThread thread;
    CHECK(thread.block_on([&ended] { tell_when_this_thread_ends(ended); }).has_value());
  }

  CHECK(ended.is_open());
}

TEST_CASE("the end of the main function is the end of the thread, and its error is told once") {
  LoopThread thread(
      [](Loop& loop) { return loop.next_turn().then([] { throw std::range_error("far"); }); });

  const auto result = thread.join();

  CHECK(result.error().message().find("far") != std::string::npos);
  CHECK(thread.join().has_value());
  CHECK(thread.poster().closed());
}

TEST_CASE("a main function that throws at once has failed") {
  LoopThread thread([](Loop&) -> Future<void> { throw std::runtime_error("no"); });

  CHECK(thread.join().error() == Errc::exception);
}

TEST_CASE("a main function that succeeds has no error to tell") {
  LoopThread thread([](Loop& loop) { return loop.next_turn(); });

  CHECK(thread.join().has_value());
}

TEST_CASE("stop cancels the main function softly, and its clean-up runs") {
  Gate begun;
  bool cleaned = false;
  LoopThread thread([&](Loop& loop) {
    begun.open();
    return loop.sleep(1h).finally([&] { cleaned = true; });
  });
  begun.wait();

  thread.stop();
  thread.stop();

  CHECK(thread.join().error() == Errc::canceled);
  CHECK(cleaned);
}

TEST_CASE("a clean-up that takes longer than the grace is dropped") {
  ProbeCount probes;
  Gate begun;
  LoopThread thread(
      [&](Loop& loop) {
        begun.open();
        return loop.sleep(1h).attach(Probe(probes)).finally([&loop] { return loop.sleep(1h); });
      },
      {.grace = 1ms});
  begun.wait();

  thread.stop();

  CHECK(thread.join().error() == Errc::canceled);
  CHECK(probes.alive == 0);
}

TEST_CASE("a stop before the loop has turned once is heard") {
  LoopThread thread([](Loop& loop) { return loop.sleep(1h); });
  thread.stop();

  CHECK(thread.join().error() == Errc::canceled);
}

TEST_CASE("the captures of the main function die in the thread") {
  std::thread::id died;
  std::thread::id ran;
  ProbeCount probes;
  Probe probe(probes, [&died] { died = std::this_thread::get_id(); });
  {
    LoopThread thread([&ran, probe = std::move(probe)](Loop& loop) {
      ran = std::this_thread::get_id();
      return loop.next_turn();
    });
    CHECK(thread.join().has_value());
  }

  CHECK(died == ran);
  CHECK(probes.alive == 0);
}

TEST_CASE("after the end of its loop a loop thread refuses work") {
  LoopThread thread;
  thread.stop();
  CHECK(thread.join().has_value());

  CHECK(thread.block_on([] { return 1; }).error() == Errc::closed);
  auto future = thread.run([] {});
  CHECK_THROWS_AS(future.get(), Exception);
}

TEST_CASE("work that is pending when the thread stops fails for who waits for it") {
  std::optional<LoopThread> thread(std::in_place);
  auto pending = thread->run([] { return this_thread_loop()->sleep(1h); });
  CHECK(thread->block_on([] {}).has_value());

  thread.reset();

  CHECK_THROWS_AS(pending.get(), Exception);
}

TEST_CASE("join and block_on are refused on the thread's own loop") {
  LoopThread thread;

  const auto joined = thread.block_on([&thread] { return thread.join(); });
  const auto blocked = thread.block_on([&thread] { return thread.block_on([] { return 1; }); });

  CHECK(joined.error() == Errc::invalid);
  CHECK(blocked.error() == Errc::invalid);
}

TEST_CASE("a loop beside another answers it by remote promises") {
  Fixture t;
  const LoopThread thread;
  RemotePromise<int> promise(t.loop);
  auto answer = promise.future();

  auto asked =
      thread.run([promise = std::move(promise)]() mutable { std::move(promise).set_value(8); });

  CHECK(t.get(std::move(answer)).value() == 8);
  asked.wait();
}

TEST_CASE("a channel hands items over from one loop to another") {
  Fixture t;
  const ThreadChannel<int> questions(1);
  const ThreadChannel<int> answers(1);
  const LoopThread thread([=](Loop& loop) {
    return repeat(loop, [=] {
      return questions.get()
          .then([answers](int number) { return answers.put(number * number); })
          .then([] { return Next::again; })
          .or_else(Errc::closed, [](const Error&) { return Next::done; });
    });
  });

  CHECK(t.get(questions.put(2)).has_value());
  CHECK(t.get(questions.put(3)).has_value());

  CHECK(t.get(answers.get()).value() == 4);
  CHECK(t.get(answers.get()).value() == 9);
  questions.close();
}

TEST_CASE("the name and the options of a loop thread reach the thread and the loop") {
  ManualClock clock;
  LoopThread::Options options{.name = "a thread with a long name"};
  options.loop.clock = &clock;
  const LoopThread thread(std::move(options));

  CHECK(thread.block_on([] { return this_thread_name(); }).value() == "a thread with a");
  CHECK(thread.block_on([&clock] { return &this_thread_loop()->clock() == &clock; }).value());
}
