// SPDX-License-Identifier: MIT
#include <eddy/core/task_group.hpp>
#include <eddy/core/watch.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;

TEST_CASE("a reader hears of a new value, and sees the last one at any time") {
  Fixture t;
  Watch<int> watch(1);
  WatchReader<int> reader = watch.reader();
  Future<std::optional<int>> changed = reader.changed();
  CHECK_FALSE(t.poll(changed));
  CHECK(reader.value() == 1);

  watch.set(2);

  CHECK(*t.get(std::move(changed)) == 2);
  CHECK(watch.value() == 2);
  CHECK(reader.value() == 2);
  CHECK_FALSE(t.poll(reader.changed()));
}

TEST_CASE("a slow reader skips values, but never the last one") {
  Fixture t;
  Watch<int> watch(0);
  WatchReader<int> reader = watch.reader();
  watch.set(1);
  watch.set(2);
  watch.set(3);
  CHECK(reader.fresh());

  CHECK(*t.get(reader.changed()) == 3);
  CHECK_FALSE(reader.fresh());

  Future<std::optional<int>> changed = reader.changed();
  watch.set(4);
  watch.set(5);
  CHECK(*t.get(std::move(changed)) == 4);
  CHECK(*t.get(reader.changed()) == 5);
}

TEST_CASE("all readers hear of a change, also one that is made in place") {
  Fixture t;
  Watch<std::string> watch("a");
  WatchReader<std::string> first = watch.reader();
  WatchReader<std::string> second = watch.reader();
  Future<std::optional<std::string>> one = first.changed();

  watch.update([](std::string& text) { text += "b"; });

  CHECK(*t.get(std::move(one)) == "ab");
  CHECK(*t.get(second.changed()) == "ab");
}

TEST_CASE("a new reader has seen the value of now") {
  Fixture t;
  Watch<int> watch(1);
  watch.set(2);
  WatchReader<int> reader = watch.reader();

  CHECK_FALSE(t.poll(reader.changed()));

  CHECK(reader.value() == 2);
}

TEST_CASE("a closed watch gives the last value to who has not seen it, then nothing") {
  Fixture t;
  Watch<int> watch(1);
  WatchReader<int> behind = watch.reader();
  watch.set(2);
  WatchReader<int> ahead = watch.reader();
  Future<std::optional<int>> waiting = ahead.changed();

  watch.close();

  CHECK_FALSE(t.get(std::move(waiting))->has_value());
  CHECK(*t.get(behind.changed()) == 2);
  CHECK_FALSE(t.get(behind.changed())->has_value());
  CHECK(watch.closed());
}

TEST_CASE("a watch that is destroyed is closed, and its readers keep the last value") {
  Fixture t;
  auto watch = std::make_unique<Watch<int>>(1);
  WatchReader<int> reader = watch->reader();
  Future<std::optional<int>> waiting = reader.changed();

  watch.reset();

  CHECK_FALSE(t.get(std::move(waiting))->has_value());
  CHECK(reader.value() == 1);
}

TEST_CASE("a second changed() is refused while the first waits, and that one goes on") {
  Fixture t;
  Watch<int> watch(1);
  WatchReader<int> reader = watch.reader();
  Future<std::optional<int>> first = reader.changed();

  const auto second = t.get(reader.changed());
  CHECK(second.error() == Errc::invalid);
  CHECK(second.error().context() == "changed() while an earlier one is pending");
  watch.set(2);

  CHECK(*t.get(std::move(first)) == 2);
}

TEST_CASE("a value whose reader is dropped before it ran counts as not seen") {
  Fixture t;
  Watch<int> watch(1);
  WatchReader<int> reader = watch.reader();
  Future<void> gone = reader.changed().timeout(1s).then([](std::optional<int>) {});
  watch.set(2);

  gone = {};

  CHECK(reader.fresh());
  CHECK(*t.get(reader.changed()) == 2);
}

TEST_CASE("a value that goes back does not bring one again that was seen since") {
  Fixture t;
  Watch<int> watch(1);
  WatchReader<int> reader = watch.reader();
  watch.set(2);
  Future<std::optional<int>> old = reader.changed();
  watch.set(3);
  CHECK(*t.get(reader.changed()) == 3);

  old = {};

  CHECK_FALSE(reader.fresh());
  watch.set(4);
  CHECK(*t.get(reader.changed()) == 4);
}

TEST_CASE("a value that goes back is given to who waits by now") {
  Fixture t;
  Watch<int> watch(1);
  WatchReader<int> reader = watch.reader();
  watch.set(2);
  Future<std::optional<int>> first = reader.changed();
  Future<std::optional<int>> second = reader.changed();
  CHECK_FALSE(t.poll(second));

  first = {};

  CHECK(*t.get(std::move(second)) == 2);
}

TEST_CASE("who waits for a change and is cancelled or dropped may ask again") {
  Fixture t;
  Watch<int> watch(1);
  WatchReader<int> reader = watch.reader();
  TaskGroup group(t.loop);
  Task task = group.spawn("changed", reader.changed().then([](std::optional<int>) {}));
  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);
  Future<std::optional<int>> dropped = reader.changed();
  dropped = {};

  Future<std::optional<int>> changed = reader.changed();
  watch.set(2);

  CHECK(*t.get(std::move(changed)) == 2);
}

TEST_CASE("who waits for a reader that is destroyed hears it") {
  Fixture t;
  Watch<int> watch(1);
  auto reader = std::make_unique<WatchReader<int>>(watch.reader());
  Future<std::optional<int>> waiting = reader->changed();

  reader.reset();
  watch.set(2);

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("a continuation may set the next value, and destroy the watch and its own reader") {
  Fixture t;
  auto watch = std::make_unique<Watch<int>>(1);
  auto first = std::make_unique<WatchReader<int>>(watch->reader());
  WatchReader<int> second = watch->reader();
  Future<void> one = first->changed().then([&](std::optional<int>) {
    watch->set(3);
    first.reset();
    watch.reset();
  });

  watch->set(2);
  CHECK(t.get(std::move(one)));

  CHECK(*t.get(second.changed()) == 3);
  CHECK_FALSE(t.get(second.changed())->has_value());
}

TEST_CASE("what changes a watch in place may destroy it, and may throw") {
  Fixture t;
  auto watch = std::make_unique<Watch<int>>(1);
  WatchReader<int> reader = watch->reader();
  Future<std::optional<int>> waiting = reader.changed();
  CHECK_THROWS(watch->update([](int& value) {
    value = 2;
    throw std::runtime_error("no");
  }));
  CHECK_FALSE(t.poll(waiting));

  watch->update([&watch](int& value) {
    watch.reset();
    value = 3;
  });

  CHECK_FALSE(t.get(std::move(waiting))->has_value());
  CHECK(reader.value() == 3);
}

TEST_CASE("a watch that is closed keeps its value") {
  Fixture t;
  Watch<int> watch(1);
  WatchReader<int> reader = watch.reader();
  watch.close();

  watch.set(2);
  watch.update([](int& value) { value = 3; });

  CHECK(watch.value() == 1);
  CHECK_FALSE(t.get(reader.changed())->has_value());
}

TEST_CASE("changes can be iterated") {
  Fixture t;
  Watch<int> watch(1);
  AsyncIterator<int> changes = watch.reader().changes();
  watch.set(2);

  CHECK(*t.get(changes.next()) == 2);
  watch.close();

  CHECK_FALSE(t.get(changes.next())->has_value());
}

TEST_CASE("whatever is cancelled or dropped, a reader ends with the last value") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    Watch<int> watch(0);
    WatchReader<int> reader = watch.reader();
    std::vector<Future<std::optional<int>>> asked;
    int last = 0;
    int seen = 0;
    for (int step = 1; step < 60; ++step) {
      const std::size_t what = random() % 4;
      if (what == 0) watch.set(last = step);
      if (what == 1 && (reader.fresh() || asked.empty())) {
        asked.push_back(step % 2 == 0 ? reader.changed() : reader.changed().timeout(1h));
      }
      if (what >= 2 && !asked.empty()) {
        const std::size_t at = random() % asked.size();
        if (what == 2 && asked[at].ready()) seen = std::max(seen, **t.get(std::move(asked[at])));
        asked.erase(asked.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    asked.clear();
    if (reader.fresh()) seen = **t.get(reader.changed());

    CAPTURE(seed);
    CHECK(seen == last);
  }
}
