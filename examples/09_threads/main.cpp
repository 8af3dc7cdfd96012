// SPDX-License-Identifier: MIT
//
// Work that blocks or computes, in threads beside the loop; and a loop in a thread of its own.
#include <eddy/core/all.hpp>
#include <eddy/core/loop_thread.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/thread_channel.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/core/threaded.hpp>
#include <eddy/core/threaded_iterable.hpp>

#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

using eddy::Future;
using eddy::Next;
using eddy::Result;
using namespace std::chrono_literals;

namespace {

int count_primes(int below) {
  int count = 0;
  for (int n = 2; n < below; ++n) {
    bool prime = true;
    for (int i = 2; prime && i * i <= n; ++i)
      prime = n % i != 0;
    count += prime ? 1 : 0;
  }
  return count;
}

Future<void> compute(eddy::ThreadPool& pool) {
  const auto primes = threaded(pool, count_primes);
  return eddy::all(primes(1'000), primes(10'000)).then([](std::tuple<int, int> counts) {
    std::printf("primes: %d and %d\n", std::get<0>(counts), std::get<1>(counts));
  });
}

Future<void> give_up(eddy::ThreadPool& pool) {
  return pool
      .run([](const std::stop_token& stop) {
        while (!stop.stop_requested())
          std::this_thread::yield();
      })
      .timeout(20ms)
      .or_else(eddy::Errc::timed_out, [](const eddy::Error&) { std::puts("that took too long"); });
}

Future<void> read_lines(eddy::Loop& loop, eddy::ThreadPool& pool) {
  auto lines = eddy::threaded_iterable<std::string>(
      pool,
      [](eddy::ThreadYielder<std::string>& yield) {
        for (int i = 1; i <= 3; ++i)
          yield("line " + std::to_string(i));  // sleeps while nobody reads
      },
      2);
  return eddy::repeat(loop, [lines = std::move(lines)]() mutable {
    return lines.next().then([](std::optional<std::string> line) {
      if (!line) return Next::done;
      std::puts(line->c_str());
      return Next::again;
    });
  });
}

void answer_questions() {
  const eddy::ThreadChannel<int> questions(4);
  eddy::LoopThread service([questions](eddy::Loop& loop) {
    return eddy::repeat(loop, [questions] {
      return questions.get()
          .then([](int question) {
            std::printf("the answer to %d is %d\n", question, question * question);
            return Next::again;
          })
          .or_else(eddy::Errc::closed, [](const eddy::Error&) { return Next::done; });
    });
  });

  // This thread has no loop: it may sleep.
  for (int i = 1; i <= 2; ++i) {
    if (!questions.blocking_put(i)) return;
  }
  const Result<int> sum = service.block_on(
      [] { return eddy::this_thread_loop()->sleep(1ms).then([] { return 40 + 2; }); });
  if (sum) std::printf("and the sum is %d\n", *sum);
  questions.close();
  if (service.join()) std::puts("the loop thread has ended");
}

}  // namespace

int main() {
  {
    eddy::ThreadPool pool({.max = 4, .name = "worker"});
    eddy::Loop loop;
    const Result<void> result =
        loop.run_until(compute(pool).then([&] { return give_up(pool); }).then([&] {
          return read_lines(loop, pool);
        }));
    if (!result) return 1;
  }
  answer_questions();
}
