// SPDX-License-Identifier: MIT
#include <eddy/core/separate_threads.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/threaded_iterable.hpp>
#include <eddy/testing/fixture.hpp>

#include <atomic>
#include <memory>
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

using Yield = ThreadYielder<int>;

/// Opens its gate when it is destroyed: the clean-up of a producer.
class CleanUp {
 public:
  explicit CleanUp(Gate& gate) : gate_(&gate) {}
  CleanUp(const CleanUp&) = delete;
  CleanUp& operator=(const CleanUp&) = delete;
  ~CleanUp() { gate_->open(); }

 private:
  Gate* gate_;
};

void yield_for_ever(Yield& yield) {
  for (int i = 0;; ++i)
    yield(i);
}

/// A producer that never ends by itself. When it is stopped, its clean-up opens `cleaned`.
auto endless(Gate& cleaned) {
  return [&cleaned](Yield& yield) {
    const CleanUp at_end(cleaned);
    yield_for_ever(yield);
  };
}

}  // namespace

TEST_CASE("what a thread yields arrives in order, then the iterator ends") {
  Fixture t;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(pool, [](Yield& yield) {
    for (int i = 0; i < 3; ++i)
      yield(i);
  });

  CHECK(t.get(numbers.next()).value() == 0);
  CHECK(t.get(numbers.next()).value() == 1);
  CHECK(t.get(numbers.next()).value() == 2);
  CHECK(t.get(numbers.next()).value() == std::nullopt);
  CHECK(t.get(numbers.next()).value() == std::nullopt);
}

TEST_CASE("order is kept however little room there is") {
  Fixture t;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(
      pool,
      [](Yield& yield) {
        for (int i = 0; i < 100; ++i)
          yield(i);
      },
      1);

  for (int i = 0; i < 100; ++i)
    CHECK(t.get(numbers.next()).value() == i);
  CHECK(t.get(numbers.next()).value() == std::nullopt);
}

TEST_CASE("an iterable counts what its producer hands over, and what the reader got of it") {
  Fixture t;
  ThreadPool pool;
  Gate ended;
  const auto counted = std::make_shared<ThreadedIterableStatistic>();
  auto numbers = threaded_iterable<int>(
      pool,
      [&ended](Yield& yield) {
        const CleanUp at_end(ended);
        for (int i = 0; i < 3; ++i)
          yield(i);
      },
      8,
      counted);
  CHECK(counted->started.value() == 0);
  CHECK(counted->queue_size.value() == 8);

  CHECK(t.get(numbers.next()).value() == 0);
  ended.wait();

  CHECK(counted->started.value() == 1);
  CHECK(counted->enqueued.value() == 3);
  CHECK(counted->yielded.value() == 1);
  std::string visited;
  counted->visit([&visited](const char* name, const auto& number) {
    visited += name + std::string("=") + std::to_string(number.value()) + " ";
  });
  CHECK(visited == "started=1 queue_size=8 queue_length=2 enqueued=3 yielded=1 ");
}

TEST_CASE("a producer that yields nothing ends at once") {
  Fixture t;
  ThreadPool pool;
  auto nothing = threaded_iterable<int>(pool, [](Yield&) {});

  CHECK(t.get(nothing.next()).value() == std::nullopt);
}

TEST_CASE("a producer starts with the first next and not before") {
  Fixture t;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(pool, [](Yield& yield) { yield(1); });
  t.run_until_idle();
  CHECK(pool.statistic().submitted.value() == 0);

  CHECK(t.get(numbers.next()).value() == 1);

  CHECK(pool.statistic().submitted.value() == 1);
  CHECK(t.get(numbers.close()).has_value());
}

TEST_CASE("an iterator that is never asked never starts its producer, whose captures die with it") {
  Fixture t;
  ThreadPool pool;
  ProbeCount probes;
  {
    auto numbers =
        threaded_iterable<int>(pool, [probe = Probe(probes)](Yield& yield) { yield(1); });
    CHECK(probes.alive == 1);
  }

  CHECK(probes.alive == 0);
  CHECK(pool.statistic().submitted.value() == 0);
}

TEST_CASE("an iterator is closed without having been asked, and a second time") {
  Fixture t;
  ThreadPool pool;
  ProbeCount probes;
  auto numbers = threaded_iterable<int>(pool, [probe = Probe(probes)](Yield& yield) { yield(1); });

  CHECK(t.get(numbers.close()).has_value());
  CHECK(t.get(numbers.close()).has_value());

  CHECK(probes.alive == 0);
  CHECK(pool.statistic().submitted.value() == 0);
  CHECK(t.get(numbers.next()).value() == std::nullopt);
}

TEST_CASE("the producer is at most so many items ahead of its reader") {
  Fixture t;
  ThreadPool pool;
  std::atomic<int> yielded{0};
  Gate blocked;
  auto numbers = threaded_iterable<int>(
      pool,
      [&](Yield& yield) {
        for (int i = 0; i < 10; ++i) {
          if (i == 3) blocked.open();  // the fourth finds no room
          yield(i);
          ++yielded;
        }
      },
      2);
  CHECK(t.get(numbers.next()).value() == 0);
  blocked.wait();

  CHECK(yielded == 3);

  CHECK(t.get(numbers.next()).value() == 1);
  CHECK(t.get(numbers.close()).has_value());
}

TEST_CASE("an error comes after the items that were yielded before it") {
  Fixture t;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(pool, [](Yield& yield) {
    yield(1);
    yield(2);
    throw std::runtime_error("the tape is torn");
  });

  CHECK(t.get(numbers.next()).value() == 1);
  CHECK(t.get(numbers.next()).value() == 2);
  CHECK(t.get(numbers.next()).error().message().find("the tape is torn") != std::string::npos);
  CHECK(numbers.ended());
}

TEST_CASE("an error before the first item is the answer to the first next") {
  Fixture t;
  ThreadPool pool;
  auto thrown = threaded_iterable<int>(pool, [](Yield&) { throw std::runtime_error("no"); });
  auto returned =
      threaded_iterable<int>(pool, [](Yield&) -> Result<void> { return Errc::protocol; });

  CHECK(t.get(thrown.next()).error() == Errc::exception);
  CHECK(t.get(returned.next()).error() == Errc::protocol);
}

TEST_CASE("closing stops a producer that waits for room, and waits for its clean-up") {
  Fixture t;
  ThreadPool pool;
  Gate cleaned;
  auto numbers = threaded_iterable<int>(pool, endless(cleaned), 1);
  CHECK(t.get(numbers.next()).value() == 0);
  CHECK_FALSE(cleaned.is_open());

  CHECK(t.get(numbers.close()).has_value());

  CHECK(cleaned.is_open());
  CHECK(t.get(numbers.next()).value() == std::nullopt);
}

TEST_CASE("dropping the iterator stops its producer") {
  Fixture t;
  Gate cleaned;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(pool, endless(cleaned), 1);
  CHECK(t.get(numbers.next()).value() == 0);

  numbers = {};

  cleaned.wait();
}

TEST_CASE("cancelling the task that reads stops the producer") {
  Fixture t;
  Gate cleaned;
  Gate begun;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(pool, [&](Yield& yield) {
    const CleanUp at_end(cleaned);
    begun.open();
    wait_for_stop(yield.stop_token());
  });
  TaskGroup group(t.loop);
  auto task = group.spawn("reader", numbers.next().then([](std::optional<int>) {}));
  begun.wait();

  task.cancel();
  CHECK(t.get(group.empty()).has_value());

  CHECK(task.state() == TaskState::canceled);
  CHECK(cleaned.is_open());
}

TEST_CASE("a next that is dropped loses no item") {
  Fixture t;
  ThreadPool pool;
  Gate gate;
  auto numbers = threaded_iterable<int>(pool, [&gate](Yield& yield) {
    gate.wait();
    yield(1);
  });
  auto dropped = numbers.next();
  CHECK_FALSE(t.poll(dropped));
  dropped = {};

  gate.open();

  CHECK(t.get(numbers.next()).value() == 1);
  CHECK(t.get(numbers.next()).value() == std::nullopt);
}

TEST_CASE("a producer that fails in its clean-up tells close") {
  Fixture t;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(
      pool,
      [](Yield& yield) -> Result<void> {
        try {
          yield_for_ever(yield);
        } catch (const Exception&) {
          return Errc::protocol;
        }
        return {};
      },
      1);
  CHECK(t.get(numbers.next()).value() == 0);

  CHECK(t.get(numbers.close()).error() == Errc::protocol);
}

TEST_CASE("closing before a thread was free lets the producer never run") {
  Fixture t;
  Gate gate;
  Gate begun;
  ThreadPool pool({.min = 1, .max = 1});
  auto busy = pool.run([&] {
    begun.open();
    gate.wait();
  });
  begun.wait();
  bool ran = false;
  auto numbers = threaded_iterable<int>(pool, [&ran](Yield&) { ran = true; });
  { const auto asked = numbers.next(); }
  CHECK(pool.waiting() == 1);

  CHECK(t.get(numbers.close()).has_value());

  CHECK(pool.waiting() == 0);
  gate.open();
  CHECK(t.get(std::move(busy)).has_value());
  CHECK(t.get(pool.run([] {})).has_value());
  CHECK_FALSE(ran);
}

TEST_CASE("a pool that refuses the producer fails the first next") {
  Fixture t;
  ThreadPool pool;
  CHECK(t.get(pool.shutdown(1s)).has_value());
  auto numbers = threaded_iterable<int>(pool, [](Yield& yield) { yield(1); });

  CHECK(t.get(numbers.next()).error() == Errc::closed);
}

TEST_CASE("the shutdown of a pool stops the producers in it") {
  Fixture t;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(pool, yield_for_ever, 1);
  CHECK(t.get(numbers.next()).value() == 0);

  CHECK(t.get(pool.shutdown(1s)).value().empty());

  CHECK(t.get(numbers.close()).has_value());
}

TEST_CASE("a loop that ends while its producer works leaves the thread to end in order") {
  Gate cleaned;
  ThreadPool pool;
  AsyncIterator<int> numbers;
  {
    Loop loop;
    numbers = threaded_iterable<int>(pool, endless(cleaned), 1);
    CHECK(loop.run_until(numbers.next()).value() == 0);
  }

  cleaned.wait();
}

TEST_CASE("a producer in a thread of its own leaves the pool to others") {
  Fixture t;
  SeparateThreads threads;
  auto numbers = threaded_iterable<int>(threads, yield_for_ever, 4);

  CHECK(t.get(numbers.next()).value() == 0);
  CHECK(t.get(numbers.next()).value() == 1);
  CHECK(t.get(numbers.close()).has_value());
}

TEST_CASE("to yield on a loop of the producer's own is refused as what it is") {
  Fixture t;
  ThreadPool pool;
  auto numbers = threaded_iterable<int>(pool, [](Yield& yield) {
    Loop loop;
    return loop.run_until(ready_future().then([&yield] { yield(1); }));
  });

  const auto refused = t.get(numbers.next());

  CHECK(refused.error() == Errc::invalid);
}

TEST_CASE("items that can only be moved are yielded") {
  Fixture t;
  ThreadPool pool;
  using Item = std::unique_ptr<int>;
  auto items = threaded_iterable<Item>(
      pool, [](ThreadYielder<Item>& yield) { yield(std::make_unique<int>(6)); });

  CHECK(**t.get(items.next()).value() == 6);
  CHECK(t.get(items.close()).has_value());
}
