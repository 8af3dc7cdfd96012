// SPDX-License-Identifier: MIT
#include <eddy/core/task_group.hpp>
#include <eddy/core/thread_channel.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/probe.hpp"
#include "core/thread_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("an item that is there is got at once, in the order in which it came") {
  Fixture t;
  const ThreadChannel<int> channel(2);
  CHECK(t.get(channel.put(1)).has_value());
  CHECK(t.get(channel.put(2)).has_value());
  CHECK(channel.size() == 2);
  CHECK(channel.capacity() == 2);

  CHECK(t.get(channel.get()).value() == 1);
  CHECK(t.get(channel.get()).value() == 2);
  CHECK(channel.size() == 0);
}

TEST_CASE("a get waits until a thread puts") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  auto item = channel.get();
  CHECK_FALSE(t.poll(item));
  CHECK_FALSE(t.loop.next_timer().has_value());  // nothing polls

  std::thread producer([&channel] { CHECK(channel.blocking_put(5).has_value()); });

  CHECK(t.get(std::move(item)).value() == 5);
  producer.join();
}

TEST_CASE("a put waits for room until a thread gets") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  CHECK(t.get(channel.put(1)).has_value());
  auto second = channel.put(2);
  CHECK_FALSE(t.poll(second));

  std::thread consumer([&channel] { CHECK(channel.blocking_get().value() == 1); });

  CHECK(t.get(std::move(second)).has_value());
  consumer.join();
  CHECK(t.get(channel.get()).value() == 2);
}

TEST_CASE("a thread that puts into a full channel sleeps until a loop gets") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  CHECK(t.get(channel.put(0)).has_value());
  std::thread producer([&channel] { CHECK(channel.blocking_put(1).has_value()); });

  CHECK(t.get(channel.get()).value() == 0);
  CHECK(t.get(channel.get()).value() == 1);
  producer.join();
}

TEST_CASE("ten items pass through a small channel in order, then it is closed") {
  Fixture t;
  for (const std::size_t capacity : {2U, 1U}) {
    const ThreadChannel<int> channel(capacity);
    std::thread producer([&channel] {
      for (int i = 0; i < 10; ++i)
        CHECK(channel.blocking_put(i).has_value());
      channel.close();
    });

    for (int i = 0; i < 10; ++i)
      CHECK(t.get(channel.get()).value() == i);
    CHECK(t.get(channel.get()).error() == Errc::closed);
    producer.join();
  }
}

TEST_CASE("two threads hand items over without a loop") {
  const ThreadChannel<std::unique_ptr<int>> channel(1);
  std::thread producer([&channel] {
    for (int i = 0; i < 100; ++i)
      CHECK(channel.blocking_put(std::make_unique<int>(i)).has_value());
  });

  for (int i = 0; i < 100; ++i)
    CHECK(*channel.blocking_get().value() == i);
  producer.join();
}

TEST_CASE("a thread waits no longer than its limit, and has then taken and put nothing") {
  const ThreadChannel<int> channel(1);

  CHECK(channel.blocking_get(1ms).error() == Errc::timed_out);
  CHECK(channel.blocking_put(1).has_value());
  CHECK(channel.blocking_put(2, 1ms).error() == Errc::timed_out);
  CHECK(channel.blocking_get(0ms).value() == 1);
  CHECK(channel.blocking_get(0ms).error() == Errc::timed_out);
}

TEST_CASE("the ends of a channel work without waiting too") {
  const ThreadChannel<std::string> channel(1);
  std::string kept = "kept";
  CHECK_FALSE(channel.try_get().has_value());
  CHECK(channel.try_put("first"));

  CHECK_FALSE(channel.try_put(std::move(kept)));

  CHECK(kept == "kept");  // NOLINT(bugprone-use-after-move): the rule that is tested
  CHECK(channel.try_get() == "first");
}

TEST_CASE("a closed channel refuses items, gives what is in it, then says why") {
  Fixture t;
  const ThreadChannel<int> channel(2);
  CHECK(channel.try_put(1));
  channel.close(Errc::protocol);
  channel.close(Errc::too_large);  // the first reason stays

  CHECK(channel.closed());
  CHECK(t.get(channel.put(2)).error() == Errc::protocol);
  CHECK(channel.blocking_put(2).error() == Errc::protocol);
  CHECK_FALSE(channel.try_put(2));
  CHECK(t.get(channel.get()).value() == 1);
  CHECK(t.get(channel.get()).error() == Errc::protocol);
  CHECK(channel.blocking_get().error() == Errc::protocol);
  CHECK_FALSE(channel.try_get().has_value());
}

TEST_CASE("closing ends the wait of a future for an item and of another for room") {
  Fixture t;
  const ThreadChannel<int> empty(1);
  const ThreadChannel<int> full(1);
  CHECK(full.try_put(1));
  auto get = empty.get();
  auto put = full.put(2);
  CHECK_FALSE(t.poll(get));
  CHECK_FALSE(t.poll(put));

  std::thread closer([&] {
    empty.close();
    full.close();
  });
  closer.join();

  CHECK(t.get(std::move(get)).error() == Errc::closed);
  CHECK(t.get(std::move(put)).error() == Errc::closed);
}

TEST_CASE("closing wakes the threads that sleep at both ends") {
  const ThreadChannel<int> empty(1);
  const ThreadChannel<int> full(1);
  CHECK(full.try_put(1));
  std::thread consumer([&] { CHECK(empty.blocking_get().error() == Errc::closed); });
  std::thread producer([&] { CHECK(full.blocking_put(2).error() == Errc::closed); });

  empty.close();
  full.close();

  consumer.join();
  producer.join();
  CHECK(full.size() == 1);
}

TEST_CASE("a dropped get leaves the line and loses no later item") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  auto dropped = channel.get();
  auto kept = channel.get();
  dropped = {};

  CHECK(channel.try_put(1));

  CHECK(t.get(std::move(kept)).value() == 1);
}

TEST_CASE("a cancelled get loses no later item") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  TaskGroup group(t.loop);
  auto task = group.spawn("get", channel.get().then([](int) {}));
  task.cancel();
  t.run_until_idle();
  CHECK(task.state() == TaskState::canceled);

  CHECK(channel.try_put(1));

  CHECK(t.get(channel.get()).value() == 1);
}

TEST_CASE("a get that is dropped while its item is on the way gives the item back") {
  Fixture t;
  const ThreadChannel<int> channel(2);
  auto first = channel.get();
  auto second = channel.get();
  CHECK(channel.try_put(1));  // given to the first, whose loop has not seen it yet
  CHECK(channel.try_put(2));
  CHECK(channel.try_put(3));

  second = {};
  first = {};

  CHECK(channel.size() == 3);
  CHECK(t.get(channel.get()).value() == 1);
  CHECK(t.get(channel.get()).value() == 2);
  CHECK(t.get(channel.get()).value() == 3);
}

TEST_CASE("an item goes back to a thread channel through a limit that is dropped") {
  Fixture t;
  const ThreadChannel<int> channel(2);
  bool taken = false;
  auto limited = channel.get().timeout(1s);
  CHECK(channel.try_put(1));
  CHECK(t.poll(limited));
  auto chain = std::move(limited).then([&taken](int) { taken = true; });

  chain = {};

  CHECK_FALSE(taken);
  CHECK(t.get(channel.get()).value() == 1);
}

TEST_CASE("items that come back find their places, whoever goes first") {
  Fixture t;
  const ThreadChannel<int> channel(2);
  auto first = channel.get();
  auto second = channel.get();
  CHECK(channel.try_put(1));
  CHECK(channel.try_put(2));
  CHECK(t.poll(first));
  CHECK(t.poll(second));

  first = {};
  second = {};

  CHECK(channel.try_get() == 1);
  CHECK(channel.try_get() == 2);
}

TEST_CASE("an item that comes back goes to who waits for it") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  auto first = channel.get();
  auto second = channel.get();
  CHECK(channel.try_put(1));
  CHECK_FALSE(t.poll(second));

  first = {};

  CHECK(t.get(std::move(second)).value() == 1);
}

TEST_CASE("a get that is cancelled while its item is on the way gives the item back") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  TaskGroup group(t.loop);
  auto task = group.spawn("get", channel.get().then([](int) {}));
  CHECK(channel.try_put(1));

  task.cancel();
  t.run_until_idle();

  CHECK(task.state() == TaskState::canceled);
  CHECK(channel.try_get() == 1);
}

TEST_CASE("a dropped put has put nothing, and its item dies at once") {
  Fixture t;
  ProbeCount probes;
  const ThreadChannel<std::shared_ptr<Probe>> channel(1);
  CHECK(channel.try_put(nullptr));
  auto put = channel.put(shared_probe(probes));
  CHECK_FALSE(t.poll(put));

  put = {};

  CHECK(probes.alive == 0);
  CHECK(channel.try_get().has_value());
  CHECK_FALSE(channel.try_get().has_value());
}

TEST_CASE(
    "a put whose item is in when the cancel comes has succeeded; the cancel hits what follows") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  CHECK(channel.try_put(1));
  TaskGroup group(t.loop);
  bool put = false;
  auto task = group.spawn("put", channel.put(2).then([&] {
    put = true;
    return t.loop.sleep(1h);
  }));
  CHECK(channel.try_get() == 1);  // lets the item in

  task.cancel();
  t.run_until_idle();

  CHECK(put);
  CHECK(task.state() == TaskState::canceled);
  CHECK(channel.try_get() == 2);
}

TEST_CASE("a put that is cancelled tells the reason, and its item dies") {
  Fixture t;
  ProbeCount probes;
  const ThreadChannel<std::shared_ptr<Probe>> channel(1);
  CHECK(channel.try_put(nullptr));
  TaskGroup group(t.loop);
  std::string reason;
  auto put = channel.put(shared_probe(probes)).complete([&reason](const Result<void>& end) {
    reason = end.error().context();
  });
  auto task = group.spawn("put", std::move(put));

  task.cancel("the shop is shut");
  CHECK(probes.alive == 0);
  t.run_until_idle();

  CHECK(reason == "the shop is shut");
}

TEST_CASE("who waits is served first come, first served") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  auto first = channel.get();
  auto second = channel.get();

  CHECK(channel.try_put(1));
  CHECK(channel.try_put(2));

  CHECK(t.get(std::move(second)).value() == 2);
  CHECK(t.get(std::move(first)).value() == 1);
}

TEST_CASE("a thread that runs a loop is not put to sleep") {
  Fixture t;
  const ThreadChannel<int> channel(1);

  auto refused = t.loop.next_turn().then([&channel] {
    CHECK(channel.blocking_put(1).error() == Errc::invalid);
    return channel.blocking_get();
  });

  CHECK(t.get(std::move(refused)).error() == Errc::invalid);
}

TEST_CASE("with the last handle a channel is closed and its items die") {
  Fixture t;
  ProbeCount probes;
  auto full = std::make_unique<ThreadChannel<std::shared_ptr<Probe>>>(1U);
  auto empty = std::make_unique<ThreadChannel<std::shared_ptr<Probe>>>(1U);
  CHECK(full->try_put(shared_probe(probes)));
  auto put = full->put(nullptr);
  auto get = empty->get();
  auto copy = std::make_unique<ThreadChannel<std::shared_ptr<Probe>>>(*empty);
  empty.reset();
  CHECK_FALSE(t.poll(get));

  full.reset();
  copy.reset();

  CHECK(probes.alive == 0);
  CHECK(t.get(std::move(put)).error() == Errc::closed);
  CHECK(t.get(std::move(get)).error() == Errc::closed);
}

TEST_CASE("a loop that ends leaves the lines of its channels, and what was on its way comes back") {
  const ThreadChannel<int> channel(1);
  Future<int> got;
  Future<int> waiting;
  {
    Loop loop;
    got = channel.get();
    waiting = channel.get();
    CHECK(channel.try_put(1));
  }

  CHECK(channel.try_get() == 1);
  CHECK(channel.try_put(2));
  CHECK(channel.size() == 1);
  CHECK(detail::take_result(std::move(got)).error() == Errc::closed);
  CHECK(detail::take_result(std::move(waiting)).error() == Errc::closed);
}

TEST_CASE("a loop that ends while it waits for room has put nothing") {
  const ThreadChannel<int> channel(1);
  CHECK(channel.try_put(1));
  Future<void> put;
  {
    Loop loop;
    put = channel.put(2);
  }

  CHECK(channel.try_get() == 1);
  CHECK_FALSE(channel.try_get().has_value());
  CHECK(detail::take_result(std::move(put)).error() == Errc::closed);
}

TEST_CASE("a loop does not end while it waits for a channel") {
  Fixture t;
  const ThreadChannel<int> channel(1);
  int got = 0;
  auto chain = channel.get().then([&got](int item) { got = item; });
  std::thread producer([&channel] { CHECK(channel.blocking_put(3).has_value()); });

  t.loop.run();
  producer.join();

  CHECK(got == 3);
  CHECK(t.poll(chain));
}
