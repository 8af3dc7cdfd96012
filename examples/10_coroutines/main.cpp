// SPDX-License-Identifier: MIT
//
// The same things as in the chapters before, written with co_await.
#include <eddy/core/coro.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/task_group.hpp>

#include <cstdio>
#include <string>
#include <utility>

using eddy::AsyncIterator;
using eddy::Error;
using eddy::Future;
using eddy::Loop;
using eddy::Result;
using namespace std::chrono_literals;

namespace {

/// Takes longer for longer names, and does not know them all.
Future<std::string> look_up(Loop& loop, std::string name) {
  co_await loop.sleep(name.size() * 1ms);
  if (name == "nobody") co_return Error(eddy::Errc::closed, "look up " + name);
  co_return name + ".example";
}

Future<int> letters(Loop& loop, std::string first, std::string second) {
  Future<std::string> one = look_up(loop, std::move(first));  // both are on their way now
  Future<std::string> other = look_up(loop, std::move(second));
  const std::string sum = co_await std::move(one) + co_await std::move(other);
  co_return static_cast<int>(sum.size());
}

Future<std::string> look_up_or_say_why(Loop& loop, std::string name) {
  try {
    co_return co_await look_up(loop, std::move(name));
  } catch (const eddy::Exception& failure) {
    co_return failure.error().message();
  }
}

AsyncIterator<int> ticks(Loop& loop, int count) {
  for (int tick = 1; tick <= count; ++tick) {
    co_await loop.sleep(2ms);
    co_yield tick;
  }
}

Future<void> serve(Loop& loop) {
  Result<void> outcome = co_await as_result(loop.sleep(1h));
  std::printf("serving ended: %s\n", outcome ? "done" : outcome.error().message().c_str());
  co_await clean_up(loop.sleep(5ms));
  std::puts("and everything is put away");
  co_await std::move(outcome);  // throws what came out: the task ends as canceled
}

Future<void> everything(Loop& loop) {
  std::printf("%d letters\n", co_await letters(loop, "alice", "bob"));
  std::puts((co_await look_up_or_say_why(loop, "nobody")).c_str());

  AsyncIterator<int> items = ticks(loop, 3);
  while (auto tick = co_await items)
    std::printf("tick %d\n", *tick);

  eddy::TaskGroup tasks(loop);
  eddy::Task server = tasks.spawn("server", serve(loop));
  server.cancel();
  co_await server.join();

  Future<void> never = serve(loop);
  never = {};  // the frame and its locals are gone, and nothing of it was printed
}

}  // namespace

int main() {
  Loop loop;
  const Result<void> result = loop.run_until(everything(loop));
  if (!result) std::printf("failed: %s\n", result.error().message().c_str());
  return result ? 0 : 1;
}
