// SPDX-License-Identifier: MIT
#include <eddy/base/function.hpp>
#include <eddy/core/as_completed.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <string>
#include <utility>

#include "core/probe.hpp"
#include "core/stack_depth.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::a_little_stack;
using eddy::testing::Fixture;
using eddy::testing::Look;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;
using eddy::testing::StackDepth;

namespace {

/// Says its last words also when it was moved from.
struct Parting {
  explicit Parting(Function<void()>& words) : last_words(&words) {}
  Parting(Parting&& other) noexcept : last_words(other.last_words) {}
  Parting& operator=(Parting&&) = delete;
  ~Parting() { (*last_words)(); }
  Function<void()>* last_words;
};

template <class T, class... More>
std::vector<Future<T>> list(Future<T> future, More... more) {
  std::vector<Future<T>> futures;
  futures.push_back(std::move(future));
  (futures.push_back(std::move(more)), ...);
  return futures;
}

}  // namespace

TEST_CASE("as_completed gives the results in the order in which they come") {
  Fixture t;
  auto items = as_completed(list(t.loop.sleep(3s, 30), t.loop.sleep(1s, 10), t.loop.sleep(2s, 20)));
  auto first = items.next();
  CHECK_FALSE(t.poll(first));
  t.clock.advance(1s);
  CHECK((*t.get(std::move(first)))->index == 1);
  t.clock.advance(2s);

  const auto second = *t.get(items.next());
  const auto third = *t.get(items.next());

  CHECK(second->index == 2);
  CHECK(*second->result == 20);
  CHECK(third->index == 0);
  CHECK(*third->result == 30);
  CHECK_FALSE(t.get(items.next())->has_value());
  CHECK(items.ended());
}

TEST_CASE("an error is an item of as_completed, and the rest follows") {
  Fixture t;
  auto items = as_completed(list(failed_future<int>(Errc::closed), t.loop.sleep(1s, 2)));

  CHECK((*t.get(items.next()))->result.error() == Errc::closed);
  t.clock.advance(1s);
  CHECK(*(*t.get(items.next()))->result == 2);
  CHECK_FALSE(t.get(items.next())->has_value());
}

TEST_CASE("as_completed of nothing has no items") {
  Fixture t;
  auto items = as_completed(std::vector<Future<int>>());
  CHECK_FALSE(t.get(items.next())->has_value());
}

TEST_CASE("after the limit of as_completed each late item is timed_out, and the rest runs on") {
  Fixture t;
  auto items =
      as_completed(list(t.loop.sleep(5s, 50), t.loop.sleep(1s, 10), t.loop.sleep(6s, 60)), 1500ms);
  t.clock.advance(1s);
  CHECK(*(*t.get(items.next()))->result == 10);
  auto late = items.next();
  t.clock.advance(499ms);
  CHECK_FALSE(late.ready());
  t.clock.advance(1ms);

  auto one = *t.get(std::move(late));
  auto other = *t.get(items.next());

  CHECK_FALSE(t.get(items.next())->has_value());
  CHECK(one->index == 0);
  CHECK(one->result.error() == Errc::timed_out);
  CHECK(one->result.error().context() == "limit of 1500 ms, 1500 ms elapsed");
  CHECK(other->index == 2);
  CHECK(other->result.error() == Errc::timed_out);
  t.clock.advance(5s);
  CHECK(*t.get(std::move(one->late)) == 50);
  CHECK(*t.get(std::move(other->late)) == 60);
}

TEST_CASE("what is done at the limit of as_completed is no late item, what comes later is") {
  Fixture t;
  auto items = as_completed(list(t.loop.sleep(1s, 10), t.loop.sleep(3s, 30)), 2s);
  t.clock.advance(4s);

  CHECK(*(*t.get(items.next()))->result == 10);
  auto late = *t.get(items.next());

  CHECK(late->result.error() == Errc::timed_out);
  CHECK(late->late.ready());
  CHECK(*t.get(std::move(late->late)) == 30);
}

TEST_CASE("an as_completed that came to its end has disarmed its limit") {
  Fixture t;
  auto items = as_completed(list(ready_future(1)), 5s);
  CHECK((*t.get(items.next())).has_value());
  CHECK_FALSE(t.get(items.next())->has_value());
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("closing an as_completed cancels what has not settled and waits for its clean-up") {
  Fixture t;
  std::string cleaned;
  auto items = as_completed(list(ready_future(), t.loop.sleep(100s).finally([&] {
    return t.loop.sleep(1s).then([&cleaned] { cleaned = "yes"; });
  })));
  CHECK((*t.get(items.next())).has_value());

  auto closed = items.close();
  CHECK_FALSE(t.poll(closed));
  t.clock.advance(1s);

  CHECK(closed.ready());
  CHECK(cleaned == "yes");
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("soft cancel of a next ends the as_completed and cancels what has not settled") {
  Fixture t;
  bool cleaned = false;
  auto items = as_completed(list(t.loop.sleep(100s).finally([&cleaned] { cleaned = true; })));
  TaskGroup group(t.loop);
  Task task = group.spawn("reader", items.next().then([](const auto&) {}));

  task.cancel();
  t.run_until_idle();

  CHECK(cleaned);
  CHECK(items.ended());
  CHECK(task.state() == TaskState::canceled);
}

TEST_CASE("a next of as_completed that is dropped loses no item") {
  Fixture t;
  auto items = as_completed(list(t.loop.sleep(1s, 10), t.loop.sleep(2s, 20)));
  auto dropped = items.next();
  dropped = {};
  t.clock.advance(1s);

  CHECK(*(*t.get(items.next()))->result == 10);
  t.clock.advance(1s);
  CHECK(*(*t.get(items.next()))->result == 20);
}

TEST_CASE("destroying an as_completed drops what has not settled, and its limit") {
  Fixture t;
  ProbeCount probes;
  {
    auto items = as_completed(list(t.loop.sleep(1s).attach(Probe(probes))), 5s);
    CHECK(t.loop.statistic().active_timers == 2);
  }
  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("an error that as_completed never gave is reported") {
  Fixture t;
  {
    auto items = as_completed(list(failed_future<int>(Errc::closed)));
    CHECK(t.loop.statistic().unread_errors == 0);
  }
  CHECK(t.take_unread().size() == 1);
}

TEST_CASE("what dies with one future of an as_completed may settle another") {
  Fixture t;
  ProbeCount probes;
  Promise<int> second(t.loop);
  {
    auto items = as_completed(
        list(t.loop.sleep(1s, 1).attach(Probe(probes, [&] { std::move(second).set_value(2); })),
             second.future()));
  }
  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().live_nodes == 0);
}

TEST_CASE("a continuation may destroy the as_completed that its future belongs to") {
  Fixture t;
  ProbeCount probes;
  std::optional<AsyncIterator<Completed<void>>> items;
  Future<void> reader;
  items = as_completed(list(t.loop.sleep(1s).then([&, last = Probe(probes)] {
    items.reset();
    reader = {};
  }),
                            t.loop.sleep(2s).attach(Probe(probes))));
  reader = items->next().then([](const auto&) {});

  t.clock.advance(1s);

  CHECK(probes.alive == 0);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("what dies as a next settles may destroy the reader and the iterator") {
  Fixture t;
  ProbeCount probes;
  std::optional<AsyncIterator<Completed<Parting>>> items;
  Future<void> reader;
  Function<void()> last_words = [&] {
    items.reset();
    reader = {};
  };
  Promise<Parting> promise(t.loop);
  items = as_completed(list(promise.future()));
  reader = items->next().then([last = Probe(probes)](const auto&) {});

  std::move(promise).set_value(last_words);

  CHECK_FALSE(reader.valid());
  CHECK_FALSE(items.has_value());
  CHECK(probes.alive == 0);
}

TEST_CASE("a nest of as_completed settles and is dropped without stack growth") {
  Fixture t;
  StackDepth stack;
  const auto a_nest = [&stack](Future<void> leaf) {
    for (int i = 0; i < 20'000; ++i) {
      auto items = as_completed(list(std::move(leaf)));
      auto next = items.next();
      leaf = std::move(next).attach(Look(stack), std::move(items)).then([](const auto&) {});
    }
    return leaf;
  };
  Promise<void> promise(t.loop);
  Future<void> settles = a_nest(promise.future());
  Future<void> dropped = a_nest(t.loop.sleep(1s));

  std::move(promise).set_value();
  CHECK_FALSE(settles.ready());
  dropped = {};

  CHECK(t.get(std::move(settles)).has_value());
  CHECK(t.loop.statistic().active_timers == 0);
  CHECK(stack.deepest() < a_little_stack);
}

TEST_CASE("a nest of as_completed is softly cancelled without stack growth") {
  Fixture t;
  StackDepth stack;
  Future<void> nest = t.loop.sleep(1s);
  for (int i = 0; i < 20'000; ++i) {
    auto items = as_completed(list(std::move(nest)));
    auto next = items.next();
    nest = std::move(next).attach(Look(stack), std::move(items)).then([](const auto&) {});
  }
  TaskGroup group(t.loop);
  Task task = group.spawn("nest", std::move(nest));

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(stack.deepest() < a_little_stack);
}
