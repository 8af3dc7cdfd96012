// SPDX-License-Identifier: MIT
// What one promise + then + resolve costs, in eddy and in the least that can do the job, and what
// it costs to await the promise instead.
//
// Each cycle runs inside the continuation of the one before: it makes a promise, hangs a
// continuation on its future, keeps what then() gives and sets the value. So every cycle pays for
// two blocks, one place in the ready queue and the death of the future of two cycles ago. Awaiting
// takes one block. All forms run in this one process, in turn, so that their ratio is a ratio of
// one run.
#include <eddy/core/coro.hpp>
#include <eddy/core/loop.hpp>
#include <eddy/core/promise.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

#include "alloc_count.h"
#include "limit/pooled_future.hpp"

namespace {

constexpr std::uint64_t cycles = 20'000;
constexpr int rounds = 100;  // short ones: the least of them was not disturbed

struct Limit {
  using Promise = bench::PooledPromise<int>;
  using Future = bench::PooledFuture<int>;

  bench::ReadyQueue queue;

  Promise promise() { return Promise(queue); }
  void run() { queue.drain(); }
};

struct Eddy {
  using Promise = eddy::Promise<int>;
  using Future = eddy::Future<int>;

  eddy::Loop loop;

  Promise promise() { return Promise(loop); }
  void run() { loop.run(); }
};

template <class Form>
class Cycle {
 public:
  Cycle(Form& form, std::uint64_t left) : form_(form), left_(left) {}

  void start(int value) {
    if (left_ == 0) return;
    --left_;
    auto promise = form_.promise();
    kept_[left_ % 2] = promise.future().then([this](int sum) {
      start(sum);
      return sum + 1;
    });
    std::move(promise).set_value(value + 1);
  }

 private:
  Form& form_;
  std::uint64_t left_;
  typename Form::Future kept_[2];
};

/// Two coroutines that wake each other: each cycle makes a promise, fulfils that of the other and
/// awaits its own.
class Awaiting {
 public:
  Awaiting(Eddy& form, std::uint64_t left) : form_(form), left_(left) {}

  void start(int value) {
    for (std::size_t side = 0; side < 2; ++side)
      sides_[side] = take_turns(side, value);
  }

 private:
  eddy::Future<void> take_turns(std::size_t side, int value) {
    for (; left_ > 0; --left_) {
      promises_[side].emplace(form_.promise());
      eddy::Future<int> future = promises_[side]->future();
      if (promises_[1 - side]) {
        std::move(*promises_[1 - side]).set_value(value + 1);
        promises_[1 - side].reset();
      }
      value = co_await std::move(future);
    }
  }

  Eddy& form_;
  std::uint64_t left_;
  std::optional<eddy::Promise<int>> promises_[2];
  eddy::Future<void> sides_[2];
};

struct Cost {
  double ns = 1e18;
  double allocations = 0;
};

template <class Cycle, class Form>
void measure(Form& form, Cost& cost) {
  const std::uint64_t allocated = alloc_count();
  const auto start = std::chrono::steady_clock::now();
  Cycle cycle(form, cycles);
  cycle.start(0);
  form.run();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  cost.ns = std::min(cost.ns, took.count() / static_cast<double>(cycles));
  cost.allocations = static_cast<double>(alloc_count() - allocated) / static_cast<double>(cycles);
}

void report(const char* name, const Cost& cost) {
  std::printf("name=%s ns=%.2f allocations=%.3f\n", name, cost.ns, cost.allocations);
}

}  // namespace

int main() {
  Limit pooled;
  Eddy eddy;
  Cost pooled_cost;
  Cost eddy_cost;
  Cost await_cost;
  for (int round = 0; round < rounds; ++round) {
    measure<Cycle<Limit>>(pooled, pooled_cost);
    measure<Cycle<Eddy>>(eddy, eddy_cost);
    measure<Awaiting>(eddy, await_cost);
  }
  report("pooled", pooled_cost);
  report("eddy", eddy_cost);
  report("await", await_cost);
  return 0;
}
