// SPDX-License-Identifier: MIT
#include "testing/test_watch.hpp"

#include <eddy/core/loop.hpp>
#include <eddy/core/task.hpp>
#include <eddy/core/task_dump.hpp>
#include <eddy/testing/detail/test_watch.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <tuple>

#include <unistd.h>

namespace eddy::testing::inner {
namespace {

using std::chrono::steady_clock;

/// How long the test's thread may take to die of SIGABRT. Else the program ends with what
/// timeout(1) gives.
constexpr std::chrono::seconds last_patience(2);
constexpr int exit_code = 124;

std::atomic<std::uint64_t> failed_checks{0};

void print_tasks(Loop& loop) {
  std::fprintf(stderr,
               "eddy: %zu tasks have not ended\n%s",
               all_tasks(loop).size(),
               dump_tasks(loop).c_str());
}

/// Never freed: it outlives whatever asks at exit.
TestWatch*& current_watch() {
  static auto* watch = new TestWatch;
  return watch;
}

/// A child that a test forks has no watchdog, and perhaps a locked mutex: it starts with new ones.
void forget_in_child() {
  current_watch() = new TestWatch;
}

}  // namespace

TestWatch& TestWatch::get() noexcept {
  return *current_watch();
}

void TestWatch::watch() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    if (!test) {
      changed.wait(lock);
    } else if (steady_clock::now() >= test->end) {
      expire(lock);
    } else {
      const auto end = test->end;  // `test` may go meanwhile
      changed.wait_until(lock, end);
    }
  }
}

void TestWatch::expire(std::unique_lock<std::mutex>& lock) {
  const std::chrono::duration<double> seconds = limit;
  std::fprintf(stderr,
               "eddy: the test \"%s\" at %s:%u takes longer than %g s\n",
               test->name.c_str(),
               test->file.c_str(),
               test->line,
               seconds.count());
  dump_tasks(lock);
  pthread_kill(test_thread, SIGABRT);  // there, so that doctest prints what the test has captured
  lock.unlock();
  std::this_thread::sleep_for(last_patience);
  _exit(exit_code);
}

/// Only a loop's own thread may look at it, so each loop is asked to print by itself.
void TestWatch::dump_tasks(std::unique_lock<std::mutex>& lock) {
  const std::vector<Entry> asked = loops;
  for (const Entry& entry : asked) {
    std::ignore = entry.poster.post([this, loop = entry.loop] {
      print_tasks(*loop);
      const std::scoped_lock counting(mutex);
      ++answers;
      changed.notify_all();
    });
  }
  const auto answered = [this, &asked] {
    return answers >= asked.size();
  };
  if (changed.wait_until(lock, steady_clock::now() + patience, answered)) return;
  std::fprintf(stderr,
               "eddy: %zu of %zu loops do not tell their tasks: "
               "a callback does not return, or nobody runs the loop\n",
               asked.size() - answers,
               asked.size());
}

void test_began(const char* name, const char* file, unsigned line) noexcept {
  TestWatch& watch = TestWatch::get();
  const std::scoped_lock lock(watch.mutex);
  if (!watch.active) return;
  watch.test = TestWatch::Test{name, file, line, steady_clock::now() + watch.limit};
  watch.changed.notify_all();
}

void test_ended() noexcept {
  TestWatch& watch = TestWatch::get();
  const std::scoped_lock lock(watch.mutex);
  watch.test.reset();
}

void test_failed() noexcept {
  ++failed_checks;
}

std::uint64_t failures() noexcept {
  return failed_checks;
}

WatchedLoop::WatchedLoop(Loop& loop) : loop_(&loop) {
  TestWatch& watch = TestWatch::get();
  const std::scoped_lock lock(watch.mutex);
  if (watch.active) watch.loops.push_back({&loop, loop.poster()});
}

WatchedLoop::~WatchedLoop() {
  TestWatch& watch = TestWatch::get();
  const std::scoped_lock lock(watch.mutex);
  std::erase_if(watch.loops, [this](const TestWatch::Entry& entry) { return entry.loop == loop_; });
}

std::optional<Duration> timeout_from_environment() {
  const char* const text = std::getenv("EDDY_TEST_TIMEOUT");
  if (text == nullptr || *text == '\0') return std::nullopt;
  char* end = nullptr;
  const std::chrono::duration<double> seconds(std::strtod(text, &end));
  // A year is more than enough, and an infinity would be no Duration.
  const bool sensible = *end == '\0' && seconds.count() > 0 && seconds <= std::chrono::hours(8760);
  EDDY_ASSERT(sensible, "EDDY_TEST_TIMEOUT is a number of seconds above 0");
  return std::chrono::duration_cast<Duration>(seconds);
}

TestTimeout::TestTimeout(std::optional<Duration> limit, Duration patience)
    : running_(limit.has_value()) {
  if (!limit) return;
  [[maybe_unused]] static const int once = pthread_atfork(nullptr, nullptr, &forget_in_child);
  TestWatch& watch = TestWatch::get();
  EDDY_ASSERT(!watch.active, "there is one TestTimeout at a time");
  watch.active = true;
  watch.limit = *limit;
  watch.patience = patience;
  watch.test_thread = pthread_self();
  watch.thread = std::thread([&watch] { watch.watch(); });
}

TestTimeout::~TestTimeout() {
  if (!running_) return;
  TestWatch& watch = TestWatch::get();
  {
    const std::scoped_lock lock(watch.mutex);
    watch.stopping = true;
    watch.changed.notify_all();
  }
  watch.thread.join();
  watch.active = watch.stopping = false;
}

}  // namespace eddy::testing::inner
