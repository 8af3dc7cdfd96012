// SPDX-License-Identifier: MIT
//
// What was given to a future that is dropped before a continuation ran with it goes back, through
// links that only hand on: timeout, or_else, finally, attach, a future that was returned.
#include <eddy/core/all.hpp>
#include <eddy/core/queue.hpp>
#include <eddy/core/rate_limiter.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

namespace {

/// Puts `item` and drops `getter`, which has been given it; then the item is there again.
template <class T>
void check_goes_back(Fixture& t, Queue<int>& queue, Future<T> getter) {
  t.run_until_idle();
  CHECK_FALSE(getter.ready());
  CHECK(queue.try_put(7));
  CHECK(queue.empty());

  getter = {};

  CHECK(queue.try_get() == 7);
}

Result<int> pass(Error&& error) {
  return std::move(error);
}

/// A get() behind up to three links that hand on, some of which take their time or run out of it.
Future<int> a_get(Fixture& t, Queue<int>& queue, std::minstd_rand& random) {
  Future<int> item = queue.get();
  for (std::size_t links = random() % 4; links > 0; --links) {
    const std::size_t kind = random() % 4;
    if (kind == 0) item = std::move(item).timeout(std::chrono::milliseconds(1 + random() % 3));
    if (kind == 1) item = std::move(item).or_else(Errc::protocol, pass);
    if (kind == 2) item = std::move(item).finally([&t] { return t.loop.sleep(1ms); });
    if (kind == 3) {
      item = ready_future().then([inner = std::move(item)]() mutable { return std::move(inner); });
    }
  }
  return item;
}

}  // namespace

TEST_CASE("an item goes back through a timeout that settled and has no continuation") {
  Fixture t;
  Queue<int> queue(1);
  Future<int> getter = queue.get().timeout(1s);
  CHECK(queue.try_put(7));
  CHECK(getter.ready());

  getter = {};

  CHECK(queue.try_get() == 7);
}

TEST_CASE("an item goes back through each link that only hands on") {
  Fixture t;
  Queue<int> queue(1);
  auto use = [](int) {
  };

  check_goes_back(t, queue, queue.get().timeout(1s).then(use));
  check_goes_back(t, queue, queue.get().or_else(pass).then(use));
  check_goes_back(t, queue, queue.get().or_else(Errc::closed, pass).then(use));
  check_goes_back(t, queue, queue.get().attach(std::make_unique<int>(1)).then(use));
  check_goes_back(t, queue, t.loop.next_turn().then([&] { return queue.get(); }).then(use));
  check_goes_back(t, queue, queue.get().timeout(1s).complete([](Result<int>&&) {}));
  check_goes_back(
      t, queue, queue.get().timeout(1s).or_else(pass).attach(std::make_unique<int>(1)).then(use));
}

TEST_CASE("an item goes back through finally, before its clean-up, in it and after it") {
  Fixture t;
  Queue<int> queue(1);
  int cleaned = 0;
  auto clean_up = [&] {
    ++cleaned;
    return t.loop.sleep(1s);
  };
  Future<int> before = queue.get().finally(clean_up);
  CHECK(queue.try_put(7));
  before = {};
  CHECK(queue.size() == 1);

  Future<int> inside = queue.get().finally(clean_up);
  t.run_until_idle();
  CHECK(cleaned == 1);
  inside = {};
  CHECK(queue.size() == 1);

  Future<int> after = queue.get().finally(clean_up);
  t.clock.advance(1s);
  CHECK(after.ready());
  after = {};
  CHECK(queue.size() == 1);

  Future<int> at_once = queue.get().finally([&] { ++cleaned; });
  CHECK(*t.get(std::move(at_once)) == 7);
  CHECK(queue.empty());
}

TEST_CASE("an item goes back when a failing clean-up replaces it") {
  Fixture t;
  Queue<int> queue(1);
  CHECK(queue.try_put(7));
  auto fail = []() -> Result<void> {
    return Error(Errc::protocol, "clean-up");
  };

  CHECK(t.get(queue.get().finally(fail)).error() == Errc::protocol);

  CHECK(queue.try_get() == 7);
}

TEST_CASE("an item that comes after the time is over goes back") {
  Fixture t;
  Queue<int> queue(1);
  CHECK(queue.try_put(7));
  Future<int> late = t.loop.sleep(2s).finally([] {}).then([&] { return queue.get(); });
  Future<int> limited = std::move(late).timeout(1s);

  t.clock.advance(2s);

  CHECK(t.get(std::move(limited)).error() == Errc::timed_out);
  CHECK(queue.try_get() == 7);
}

TEST_CASE("an item passes links that hand on, once, however the result is taken") {
  Fixture t;
  Queue<int> queue(3);
  CHECK(queue.try_put(1));
  CHECK(queue.try_put(2));
  CHECK(queue.try_put(3));
  int taken = 0;
  Future<int> ready = queue.get().timeout(1s).or_else(pass);

  Future<void> later = std::move(ready).timeout(1s).then([&](int item) { taken = item; });
  CHECK(t.get(std::move(later)));
  CHECK(taken == 1);
  CHECK(*t.get(queue.get().timeout(1s).attach(1).share().future()) == 2);
  CHECK(t.get(all(std::vector<Future<int>>())).has_value());
  CHECK(std::get<0>(*t.get(all(queue.get().timeout(1s), ready_future(0)))) == 3);

  CHECK(queue.empty());
}

TEST_CASE("all() takes its items, or gives back those that its first error leaves behind") {
  Fixture t;
  Queue<int> queue(2);
  CHECK(queue.try_put(1));
  CHECK(queue.try_put(2));
  std::vector<Future<int>> both;
  both.push_back(queue.get());
  both.push_back(queue.get().timeout(1s));
  CHECK(t.get(all(std::move(both)))->size() == 2);
  CHECK(queue.empty());
  CHECK(queue.try_put(3));

  CHECK(t.get(all(queue.get(), failed_future<int>(Errc::protocol))).error() == Errc::protocol);

  CHECK(queue.try_get() == 3);
}

TEST_CASE("what repeat() and finally() wait for is taken") {
  Fixture t;
  Queue<Next> turns(2);
  RateLimiter limiter(t.loop, {.tokens = 1});
  CHECK(turns.try_put(Next::again));
  CHECK(turns.try_put(Next::done));

  CHECK(t.get(repeat(t.loop, [&] { return turns.get(); })));
  CHECK(t.get(ready_future().finally([&] { return limiter.acquire(); })));

  CHECK(turns.empty());
  CHECK(limiter.available() == 0);
}

TEST_CASE("a soft cancel passes a link that hands on an item, to the next leaf") {
  Fixture t;
  Queue<int> queue(1);
  TaskGroup group(t.loop);
  int taken = 0;
  Task task = group.spawn("getter", queue.get().or_else(pass).timeout(5s).then([&](int item) {
    taken = item;
    return t.loop.sleep(1s);
  }));
  CHECK(queue.try_put(7));

  task.cancel();
  t.run_until_idle();

  CHECK(taken == 7);
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("captures that die as an item passes may drop the chain") {
  struct Dropper {
    Future<int>* chain;
    explicit Dropper(Future<int>* to_drop) : chain(to_drop) {}
    Dropper(Dropper&& other) noexcept : chain(std::exchange(other.chain, nullptr)) {}
    Dropper(const Dropper&) = delete;
    Dropper& operator=(Dropper&&) = delete;
    ~Dropper() {
      if (chain != nullptr) *chain = {};
    }
  };
  Fixture t;
  Queue<int> queue(1);
  Future<int> chain;
  chain = queue.get().attach(Dropper(&chain)).timeout(1s);
  CHECK(queue.try_put(1));
  CHECK_FALSE(chain.valid());
  CHECK(queue.try_get() == 1);

  auto pass_on = [dropper = Dropper(&chain)](Error&& error) -> Result<int> {
    return std::move(error);
  };
  chain = queue.get().or_else(std::move(pass_on)).timeout(1s);
  CHECK(queue.try_put(2));

  CHECK_FALSE(chain.valid());
  CHECK(queue.try_get() == 2);
}

TEST_CASE("an item passes a hundred thousand links that hand on, and goes back through them") {
  Fixture t;
  Queue<int> queue(1);
  Future<int> chain = queue.get();
  for (int i = 0; i < 100'000; ++i)
    chain = std::move(chain).or_else(pass);
  CHECK(queue.try_put(7));
  CHECK(chain.ready());

  chain = {};

  CHECK(queue.try_get() == 7);
}

TEST_CASE("whatever links an item passes, and wherever it is dropped, it is taken once or there") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    Queue<int> queue(4);
    std::optional<TaskGroup> takers(std::in_place, t.loop, [](const Task&, const Error&) {});
    std::vector<Task> tasks;
    std::vector<Future<void>> futures;
    int taken = 0;
    int put = 0;
    for (int step = 0; step < 40; ++step) {
      const std::size_t what = random() % 6;
      auto take = [&taken](int) {
        ++taken;
      };
      if (what == 0 && queue.try_put(1)) ++put;
      if (what == 1) tasks.push_back(takers->spawn("taker", a_get(t, queue, random).then(take)));
      if (what == 2) futures.push_back(a_get(t, queue, random).then(take).or_else([](Error&&) {}));
      if (what == 3 && !tasks.empty()) tasks[random() % tasks.size()].cancel();
      if (what == 4 && !futures.empty()) {
        futures.erase(futures.begin() + static_cast<std::ptrdiff_t>(random() % futures.size()));
      }
      if (what == 5) t.clock.advance(1ms);
    }

    takers.reset();
    futures.clear();
    std::ignore = t.take_unread();  // of limits that ran out and were dropped with their chains

    CAPTURE(seed);
    CHECK(static_cast<std::size_t>(taken) + queue.size() == static_cast<std::size_t>(put));
  }
}
