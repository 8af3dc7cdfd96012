// SPDX-License-Identifier: MIT
//
// Many children, one after the other and at once.
#include <eddy/core/all.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/io/process_limit.hpp>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/sanitizers.hpp"
#include "process_support.hpp"

using namespace eddy;
using namespace eddy::testing;

namespace {

/// Fewer where each costs many times as much.
int count() {
  return detail::heap_is_watched() ? 100 : 1000;
}

/// Runs `left` children one after the other.
Future<void> run_in_turn(ProcessLimit& limit, Loop& loop, int left, int& done) {
  return repeat(loop, [&limit, &loop, left, &done]() mutable {
    if (left-- == 0) return ready_future(Next::done);
    return limit.spawn(loop, {.argv = {"/bin/true"}}).then([&done](Process child) {
      Future<ExitStatus> ended = child.wait();
      return std::move(ended).attach(std::move(child)).then([&done](ExitStatus status) {
        if (status.success()) ++done;
        return Next::again;
      });
    });
  });
}

}  // namespace

TEST_CASE("a thousand short children leave no zombie and no descriptor") {  // case 179
  ProcessFixture t;
  ProcessLimit limit(8);
  int done = 0;
  std::vector<Future<void>> lines;
  for (int i = 0; i < 10; ++i)
    lines.push_back(run_in_turn(limit, t.loop, count() / 10, done));

  CHECK(t.get(all(std::move(lines))).has_value());

  CHECK(done == count());
  CHECK_FALSE(have_children());
  CHECK(limit.available() == 8);
}

TEST_CASE("a hundred children that are dropped at once are all reaped") {
  ProcessFixture t;
  {
    std::vector<Process> children;
    for (int i = 0; i < count() / 10; ++i)
      children.push_back(t.spawn({.argv = {"sleep", "60"}}));
  }

  t.reap();

  CHECK_FALSE(have_children());
}

TEST_CASE("two threads make children at the same time, and neither gets what is the other's") {
  // Without streams: ThreadSanitizer does not see libuv close them, and takes the same number for
  // the same descriptor.
  const Command look =
      Command::shell("for i in $(seq 3 60); do [ -e /proc/$$/fd/$i ] && exit 1; done; exit 0");
  const auto make_children = [&look](int& well) {
    Loop loop;
    for (int i = 0; i < 20; ++i) {
      Process child = Process::spawn(loop, look).value();
      if (loop.run_until(child.wait())->success()) ++well;
    }
  };
  int here = 0;
  int there = 0;

  std::thread other(make_children, std::ref(there));
  make_children(here);
  other.join();

  CHECK(here == 20);
  CHECK(there == 20);
  CHECK_FALSE(have_children());
}
