// SPDX-License-Identifier: MIT
#include <eddy/core/lifo_queue.hpp>
#include <eddy/core/priority_queue.hpp>
#include <eddy/core/queue.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

TEST_CASE("a queue gives the oldest item first") {  // parity 14.7
  Fixture t;
  Queue<int> queue(3);
  CHECK(t.get(queue.put(1)));
  CHECK(t.get(queue.put(2)));

  CHECK(*t.get(queue.get()) == 1);
  CHECK(*t.get(queue.get()) == 2);
  CHECK(queue.empty());
}

TEST_CASE("put waits for room and get for an item, in the order of their coming") {  // parity 14.7
  Fixture t;
  Queue<int> queue(1);
  Future<int> first = queue.get();
  Future<int> second = queue.get();
  Future<void> one = queue.put(1);
  CHECK(*t.get(std::move(first)) == 1);
  Future<void> two = queue.put(2);
  CHECK(*t.get(std::move(second)) == 2);

  Future<void> three = queue.put(3);
  Future<void> four = queue.put(4);
  CHECK(three.ready());
  CHECK_FALSE(four.ready());
  CHECK(queue.full());

  CHECK(*t.get(queue.get()) == 3);
  CHECK(four.ready());
  CHECK(*t.get(queue.get()) == 4);
}

TEST_CASE("without waiting, a full queue takes nothing and an empty one gives nothing") {
  Fixture t;  // parity 14.7
  Queue<std::string> queue(1);
  std::string second = "second";
  CHECK_FALSE(queue.try_get());
  CHECK(queue.try_put("first"));

  CHECK_FALSE(queue.try_put(std::move(second)));

  CHECK(second == "second");  // NOLINT: it was not moved from
  CHECK(*queue.try_get() == "first");
}

TEST_CASE("join waits until the work on every item is done") {  // parity 14.7
  Fixture t;
  Queue<int> queue(10);
  CHECK(queue.join().ready());
  CHECK(queue.try_put(1));
  CHECK(queue.try_put(2));
  Future<void> joined = queue.join();
  CHECK(*queue.try_get() == 1);
  CHECK(*queue.try_get() == 2);
  CHECK(queue.task_done());
  CHECK_FALSE(joined.ready());

  CHECK(queue.task_done());

  CHECK(joined.ready());
}

TEST_CASE("task_done is refused when all was done") {
  Fixture t;
  Queue<int> queue(1);

  const Result<void> refused = queue.task_done();

  CHECK(refused.error() == Errc::invalid);
  CHECK(refused.error().context() == "task_done() more often than there were items");
}

TEST_CASE("a closed queue drains, then ends") {
  Fixture t;
  Queue<int> queue(1);
  CHECK(queue.try_put(1));
  Future<void> waiting = queue.put(2);

  queue.close();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(t.get(queue.put(3)).error() == Errc::closed);
  CHECK_FALSE(queue.try_put(3));
  CHECK(*t.get(queue.get()) == 1);
  CHECK(t.get(queue.get()).error() == Errc::closed);
}

TEST_CASE("closing wakes those who wait for an item") {
  Fixture t;
  Queue<int> queue(1);
  Future<int> waiting = queue.get();

  queue.close();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("an item whose taker is dropped before it ran goes back in front") {
  Fixture t;
  Queue<int> queue(3);
  int taken = 0;
  Future<void> taker = queue.get().then([&](int item) { taken = item; });
  CHECK(queue.try_put(1));
  CHECK(queue.try_put(2));

  taker = {};

  CHECK(taken == 0);
  CHECK(*queue.try_get() == 1);
  CHECK(*queue.try_get() == 2);
}

TEST_CASE("an item that was there and whose future is dropped goes to the next taker") {
  Fixture t;
  Queue<int> queue(3);
  CHECK(queue.try_put(1));
  Future<int> first = queue.get();
  Future<int> second = queue.get();
  REQUIRE(first.ready());
  CHECK_FALSE(second.ready());

  first = {};

  CHECK(*t.get(std::move(second)) == 1);
}

TEST_CASE("who is cancelled while it waits has put and taken nothing") {
  Fixture t;
  Queue<int> queue(1);
  TaskGroup group(t.loop);
  Task taker = group.spawn("get", queue.get().then([](int) {}));
  taker.cancel();
  t.run_until_idle();
  CHECK(queue.try_put(1));
  Task putter = group.spawn("put", queue.put(2));
  putter.cancel();
  t.run_until_idle();

  CHECK(putter.state() == TaskState::canceled);
  CHECK(*queue.try_get() == 1);
  CHECK(queue.empty());
  CHECK(queue.unfinished() == 1);
}

TEST_CASE("a last-in-first-out queue gives the newest item first") {  // parity 14.7
  Fixture t;
  LifoQueue<int> queue(3);
  CHECK(queue.try_put(1));
  CHECK(queue.try_put(2));
  CHECK(queue.try_put(3));

  CHECK(*queue.try_get() == 3);
  CHECK(*queue.try_get() == 2);
  CHECK(*queue.try_get() == 1);
}

TEST_CASE("a priority queue gives the smallest item first, and the oldest of equal ones") {
  using Job = std::pair<int, char>;  // parity 14.7
  struct ByNumber {
    bool operator()(const Job& a, const Job& b) const { return a.first < b.first; }
  };
  Fixture t;
  PriorityQueue<Job, ByNumber> queue(20);
  for (char name = 'a'; name <= 'j'; ++name)
    CHECK(queue.try_put(Job(2, name)));
  for (char name = 'k'; name <= 'n'; ++name)
    CHECK(queue.try_put(Job(1, name)));
  CHECK(queue.try_get()->second == 'k');
  Future<Job> dropped = queue.get();  // it goes back before its equals
  dropped = {};

  std::string order;
  while (std::optional<Job> job = queue.try_get())
    order += job->second;

  CHECK(order == "lmnabcdefghij");
}

TEST_CASE("those who wait for a queue that is destroyed hear it, and its items are destroyed") {
  Fixture t;
  auto item = std::make_shared<int>(1);
  auto queue = std::make_unique<Queue<std::shared_ptr<int>>>(1);
  CHECK(t.get(queue->put(item)));
  Future<void> waiting = queue->put(item);
  Future<void> joining = queue->join();
  Future<std::shared_ptr<int>> given = queue->get();
  Future<std::shared_ptr<int>> kept = queue->get();
  Future<std::shared_ptr<int>> asking = queue->get();

  queue.reset();

  CHECK(waiting.ready());
  CHECK(t.get(std::move(joining)).error() == Errc::closed);
  CHECK(t.get(std::move(asking)).error() == Errc::closed);
  CHECK(item.use_count() == 3);  // those that were given
  given = {};
  CHECK(item.use_count() == 2);
}

TEST_CASE("an item may own its queue's end") {
  Fixture t;
  struct Closer {
    Queue<std::shared_ptr<Closer>>* queue = nullptr;
    ~Closer() {
      if (queue != nullptr) queue->close();
    }
  };
  Queue<std::shared_ptr<Closer>> queue(2);
  CHECK(queue.try_put(std::make_shared<Closer>(Closer{&queue})));
  Future<void> taken = queue.get().then([](std::shared_ptr<Closer>) {});
  Future<std::shared_ptr<Closer>> waiting = queue.get();

  t.run_until_idle();

  CHECK(queue.closed());
  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("producers and workers come to an end by join and cancel") {  // parity 14.7
  Fixture t;
  Queue<int> queue(2);
  TaskGroup group(t.loop);
  int sum = 0;
  std::function<Future<void>()> work = [&] {
    return queue.get().then([&](int item) {
      sum += item;
      return t.loop.sleep(1s).then([&] {
        CHECK(queue.task_done());
        return work();
      });
    });
  };
  group.spawn("worker 1", work());
  group.spawn("worker 2", work());
  std::vector<Future<void>> puts;
  for (int i = 1; i <= 10; ++i)
    puts.push_back(queue.put(i));
  Future<void> joined = queue.join().timeout(10s);

  t.clock.advance(5s);

  CHECK(t.get(std::move(joined)));
  CHECK(sum == 55);
  CHECK(t.get(group.stop(1s)));
}

TEST_CASE("whatever is cancelled or dropped, every item is taken once or still there") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    Queue<int> queue(1 + random() % 3);
    std::vector<Future<int>> gets;
    std::vector<Future<void>> puts;
    std::vector<int> taken;
    int next = 0;
    for (int step = 0; step < 60; ++step) {
      const std::size_t what = random() % 4;
      if (what == 0 && next < 20) puts.push_back(queue.put(next++));
      if (what == 1) gets.push_back(queue.get());
      if (what >= 2 && !gets.empty()) {
        const std::size_t at = random() % gets.size();
        if (what == 2 && gets[at].ready()) taken.push_back(*t.get(std::move(gets[at])));
        gets.erase(gets.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    gets.clear();
    while (std::optional<int> item = queue.try_get())
      taken.push_back(*item);

    std::sort(taken.begin(), taken.end());

    CAPTURE(seed);
    REQUIRE(taken.size() == static_cast<std::size_t>(next));
    for (int i = 0; i < next; ++i)
      CHECK(taken[static_cast<std::size_t>(i)] == i);
  }
}
