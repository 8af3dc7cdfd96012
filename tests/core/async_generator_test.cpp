// SPDX-License-Identifier: MIT
#include "probe.hpp"

#include <eddy/core/async_generator.hpp>
#include <eddy/core/iterate.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

using Item = std::optional<int>;
using Ints = std::vector<int>;

namespace {

/// Yields 1, 2, ... `last`, writes down what it does, and takes a second to clean up.
AsyncGenerator<int> numbers(Fixture& t, std::string& story, int last) {
  return AsyncGenerator<int>([&t, &story, last](Yielder<int>& yield) {
    story += "start ";
    auto turn = [&yield, &story, last, n = 0]() mutable {
      story += std::to_string(++n) + " ";
      return yield(n).then([last, n] { return n == last ? Next::done : Next::again; });
    };
    return repeat(t.loop, std::move(turn)).finally([&t, &story] {
      story += "clean ";
      return t.loop.sleep(1s).then([&story] { story += "cleaned"; });
    });
  });
}

}  // namespace

TEST_CASE("a generator gives what its body yields, then ends") {  // parity 14.4
  Fixture t;
  std::string story;
  AsyncIterator<int> items = numbers(t, story, 2);

  CHECK(*t.get(items.next()) == 1);
  CHECK(*t.get(items.next()) == 2);
  Future<Item> end = items.next();
  CHECK_FALSE(t.poll(end));
  t.clock.advance(1s);

  CHECK(*t.get(std::move(end)) == std::nullopt);
  CHECK(story == "start 1 2 clean cleaned");
}

TEST_CASE("a body starts when the first item is asked for") {  // parity 7.3
  Fixture t;
  std::string story;
  AsyncIterator<int> items = numbers(t, story, 3);
  t.run_until_idle();
  CHECK(story.empty());

  CHECK(*t.get(items.next()) == 1);

  CHECK(story == "start 1 ");
}

TEST_CASE("a body goes on when its item was taken and the next is asked for") {
  Fixture t;
  std::string story;
  AsyncIterator<int> items = numbers(t, story, 3);
  CHECK(*t.get(items.next()) == 1);
  t.run_until_idle();
  CHECK(story == "start 1 ");

  Future<Item> next = items.next();
  t.run_until_idle();

  CHECK(story == "start 1 2 ");
  CHECK(*t.get(std::move(next)) == 2);
}

TEST_CASE("the reader waits while the body waits for something else") {
  Fixture t;
  AsyncIterator<int> items = AsyncGenerator<int>(
      [&t](Yielder<int>& yield) { return t.loop.sleep(1s).then([&yield] { return yield(1); }); });
  Future<Item> next = items.next();

  CHECK_FALSE(t.poll(next));
  t.clock.advance(1s);

  CHECK(*t.get(std::move(next)) == 1);
  CHECK(*t.get(items.next()) == std::nullopt);
}

TEST_CASE("the error of a body comes after its items, and after its clean-up") {
  Fixture t;
  bool cleaned = false;
  AsyncIterator<int> items = AsyncGenerator<int>([&](Yielder<int>& yield) {
    return yield(1).then([]() -> Result<void> { return Errc::protocol; }).finally([&] {
      return t.loop.sleep(1s).then([&cleaned] { cleaned = true; });
    });
  });
  CHECK(*t.get(items.next()) == 1);
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));
  t.clock.advance(1s);

  CHECK(t.get(std::move(next)).error() == Errc::protocol);
  CHECK(cleaned);
  CHECK(*t.get(items.next()) == std::nullopt);
}

TEST_CASE("a body that throws before its first item fails the first next") {  // parity 7.4
  Fixture t;
  AsyncIterator<int> items =
      AsyncGenerator<int>([](Yielder<int>&) -> Future<void> { throw std::runtime_error("body"); });

  CHECK(t.get(items.next()).error() == Errc::exception);
  CHECK(items.ended());
}

TEST_CASE("leaving early cancels the body softly and waits for its clean-up") {  // parity 14.4
  Fixture t;
  std::string story;
  int seen = 0;
  Future<void> reading = numbers(t, story, 9).for_each([&seen](int item) {
    seen = item;
    return item == 2 ? Next::done : Next::again;
  });

  CHECK_FALSE(t.poll(reading));
  CHECK(story == "start 1 2 clean ");
  t.clock.advance(1s);

  CHECK(t.get(std::move(reading)));
  CHECK(seen == 2);
  CHECK(story == "start 1 2 clean cleaned");
}

TEST_CASE("a generator that was left cannot be resumed") {  // parity 14.4
  Fixture t;
  std::string story;
  AsyncIterator<int> items = numbers(t, story, 9);
  CHECK(*t.get(items.next()) == 1);
  Future<void> closed = items.close();
  t.clock.advance(1s);
  CHECK(t.get(std::move(closed)));

  CHECK(*t.get(items.next()) == std::nullopt);

  CHECK(story == "start 1 clean cleaned");
}

TEST_CASE("a generator that was never asked has nothing to clean up") {
  Fixture t;
  std::string story;
  AsyncIterator<int> items = numbers(t, story, 9);

  CHECK(t.get(items.close()));

  CHECK(story.empty());
}

TEST_CASE("closing a body between its items cancels what it waits for") {
  Fixture t;
  bool cleaned = false;
  AsyncIterator<int> items = AsyncGenerator<int>(
      [&](Yielder<int>&) { return t.loop.sleep(1h).finally([&cleaned] { cleaned = true; }); });
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));

  CHECK(t.get(items.close()));

  CHECK(cleaned);
  CHECK(*t.get(std::move(next)) == std::nullopt);
  CHECK(t.loop.statistic().active_timers == 0);
}

TEST_CASE("soft cancel of the reader runs the clean-up of the body") {
  Fixture t;
  std::string story;
  TaskGroup group(t.loop);
  Task reader = group.spawn("reader", numbers(t, story, 9).for_each([&t](int item) {
    return t.loop.sleep(item == 2 ? 1h : 0h);
  }));
  t.run_until_idle();
  t.clock.advance(0s);
  t.run_until_idle();
  CHECK(story == "start 1 2 ");

  reader.cancel();
  t.run_until_idle();
  CHECK(reader.state() == TaskState::running);
  t.clock.advance(1s);
  t.run_until_idle();

  CHECK(reader.state() == TaskState::canceled);
  CHECK(story == "start 1 2 clean cleaned");
}

TEST_CASE("an error of the clean-up is that of close") {
  Fixture t;
  AsyncIterator<int> items = AsyncGenerator<int>([](Yielder<int>& yield) {
    return yield(1).or_else(Errc::canceled,
                            [](const Error&) -> Result<void> { return Errc::protocol; });
  });
  CHECK(*t.get(items.next()) == 1);

  CHECK(t.get(items.close()).error() == Errc::protocol);
}

TEST_CASE("a body that yields though its reader has left is refused") {
  Fixture t;
  std::optional<Error> refused;
  AsyncIterator<int> items = AsyncGenerator<int>([&refused](Yielder<int>& yield) {
    return yield(1)
        .or_else(Errc::canceled, [&yield](const Error&) { return yield(2); })
        .or_else([&refused](Error error) { refused = std::move(error); });
  });
  CHECK(*t.get(items.next()) == 1);

  CHECK(t.get(items.close()));

  REQUIRE(refused);
  CHECK(*refused == Errc::closed);
}

TEST_CASE("a body that yields while its item waits is refused") {
  Fixture t;
  AsyncIterator<int> items = AsyncGenerator<int>([](Yielder<int>& yield) {
    Future<void> first = yield(1);
    return yield(2).attach(std::move(first));
  });

  CHECK(t.get(items.next()).error() == Errc::invalid);
}

TEST_CASE("an item whose yield is dropped before it was taken is withdrawn") {
  Fixture t;
  AsyncIterator<int> items = AsyncGenerator<int>([](Yielder<int>& yield) {
    Future<void> withdrawn = yield(1);
    withdrawn = {};
    return yield(2);
  });

  CHECK(*t.get(items.next()) == 2);
  CHECK(*t.get(items.next()) == std::nullopt);
}

TEST_CASE("who is dropped while the body works loses no item") {
  Fixture t;
  AsyncIterator<int> items = AsyncGenerator<int>(
      [&t](Yielder<int>& yield) { return t.loop.sleep(1s).then([&yield] { return yield(1); }); });
  Future<Item> next = items.next();
  CHECK_FALSE(t.poll(next));
  next = {};
  t.clock.advance(1s);
  t.run_until_idle();

  CHECK(*t.get(items.next()) == 1);
}

TEST_CASE("a generator that is dropped drops its body where it stands") {
  Fixture t;
  std::string story;
  ProbeCount probes;
  AsyncIterator<int> items = AsyncGenerator<int>([&t, &story, probe = Probe(probes)](
                                                     Yielder<int>& yield) {
    return yield(1).finally([&story] { story += "clean"; }).then([&t] { return t.loop.sleep(1h); });
  });
  CHECK(*t.get(items.next()) == 1);
  CHECK(probes.alive == 1);

  items = {};

  CHECK(probes.alive == 0);
  CHECK(story.empty());
}

TEST_CASE("a yield that outlives its generator is refused") {
  Fixture t;
  Future<void> kept;
  AsyncIterator<int> items = AsyncGenerator<int>([&](Yielder<int>& yield) {
    kept = yield(1);
    return t.loop.sleep(1h);
  });
  CHECK(*t.get(items.next()) == 1);

  items = {};

  CHECK(t.get(std::move(kept)).error() == Errc::closed);
}

TEST_CASE("the body of a generator may destroy it") {
  Fixture t;
  AsyncIterator<int> items;
  items = AsyncGenerator<int>(
      [&](Yielder<int>& yield) { return yield(1).then([&items] { items = {}; }); });
  CHECK(*t.get(items.next()) == 1);
  Future<Item> next = items.next();

  CHECK(*t.get(std::move(next)) == std::nullopt);
  CHECK(items.ended());
}

TEST_CASE("generators nest, and are adapted like any iterator") {
  Fixture t;
  AsyncGenerator<int> outer([](Yielder<int>& yield) {
    auto squares = from({1, 2, 3}).map([](int n) { return n * n; });
    return std::move(squares).for_each([&yield](int square) { return yield(square); });
  });

  CHECK(*t.get(std::move(outer).filter([](int n) { return n > 1; }).collect()) == Ints{4, 9});
}

TEST_CASE("a generator may outlive the loop, also while its body waits") {
  AsyncIterator<int> items;
  Future<Item> next;
  {
    Loop loop;
    items = AsyncGenerator<int>([&loop](Yielder<int>& yield) {
      return loop.sleep(1h).then([&yield] { return yield(1); });
    });
    next = items.next();
    std::ignore = loop.turn();
  }

  CHECK_FALSE(next.ready());
  items = {};
  next = {};
}
