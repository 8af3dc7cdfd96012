// SPDX-License-Identifier: MIT
#include <eddy/core/channel.hpp>
#include <eddy/core/iterate.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// The items of a channel that has the words and is closed.
AsyncIterator<std::string> items_of(Channel<std::string>& channel, std::vector<std::string> words) {
  for (std::string& word : words)
    CHECK(channel.try_send(std::move(word)));
  channel.close();
  return channel.items();
}

}  // namespace

TEST_CASE("a channel gives items in the order in which they came, to receivers in theirs") {
  Fixture t;
  Channel<int> channel(2);
  Future<std::optional<int>> first = channel.receive();
  Future<std::optional<int>> second = channel.receive();
  CHECK_FALSE(t.poll(first));

  CHECK(t.get(channel.send(1)));
  CHECK(t.get(channel.send(2)));
  CHECK(t.get(channel.send(3)));

  CHECK(**t.get(std::move(first)) == 1);
  CHECK(**t.get(std::move(second)) == 2);
  CHECK(channel.try_receive() == 3);
  CHECK_FALSE(channel.try_receive());
}

TEST_CASE("senders wait for room, in the order of their coming") {
  Fixture t;
  Channel<int> channel(1);
  Future<void> one = channel.send(1);
  Future<void> two = channel.send(2);
  Future<void> three = channel.send(3);
  CHECK(one.ready());
  CHECK_FALSE(t.poll(two));

  CHECK(channel.try_receive() == 1);
  CHECK(two.ready());
  CHECK_FALSE(three.ready());
  CHECK(channel.try_receive() == 2);

  CHECK(three.ready());
  CHECK(channel.try_receive() == 3);
}

TEST_CASE("without waiting, a full channel takes nothing and leaves the item alone") {
  Fixture t;
  Channel<std::string> channel(1);
  std::string second = "second";
  CHECK(channel.try_send("first"));

  CHECK_FALSE(channel.try_send(std::move(second)));

  CHECK(second == "second");  // NOLINT: it was not moved from
  CHECK(channel.size() == channel.capacity());
}

TEST_CASE("a closed channel drains, then ends with nothing") {
  Fixture t;
  Channel<int> channel(1);
  CHECK(channel.try_send(1));
  Future<void> waiting = channel.send(2);

  channel.close();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(t.get(channel.send(3)).error() == Errc::closed);
  CHECK_FALSE(channel.try_send(3));
  CHECK(*t.get(channel.receive()) == 1);
  CHECK_FALSE(t.get(channel.receive())->has_value());
}

TEST_CASE("closing a channel tells those who wait to receive that there is nothing") {
  Fixture t;
  Channel<int> channel(1);
  Future<std::optional<int>> waiting = channel.receive();
  CHECK_FALSE(t.poll(waiting));

  channel.close();
  channel.close();

  CHECK_FALSE(t.get(std::move(waiting))->has_value());
}

TEST_CASE("a channel without room is a rendezvous") {
  Fixture t;
  Channel<int> channel(0);
  CHECK_FALSE(channel.try_send(0));
  Future<void> sender = channel.send(1);
  CHECK_FALSE(t.poll(sender));

  CHECK(*t.get(channel.receive()) == 1);
  CHECK(sender.ready());
  Future<std::optional<int>> receiver = channel.receive();
  CHECK(channel.try_send(2));

  CHECK(*t.get(std::move(receiver)) == 2);
  CHECK(channel.empty());
}

TEST_CASE("an item whose receiver is dropped before it ran is the next to be received") {
  Fixture t;
  Channel<int> channel(3);
  int taken = 0;
  auto take = [&](std::optional<int> item) {
    taken = *item;
  };
  Future<void> gone = channel.receive().timeout(1s).then(take);
  Future<void> next = channel.receive().then(take);
  CHECK(channel.try_send(1));

  gone = {};
  CHECK(t.get(std::move(next)));
  CHECK(taken == 1);
  CHECK(channel.try_send(2));
  Future<std::optional<int>> held = channel.receive();
  held = {};

  CHECK(channel.try_receive() == 2);
}

TEST_CASE("who is cancelled while it waits has sent and received nothing") {
  Fixture t;
  Channel<int> channel(1);
  TaskGroup group(t.loop);
  Task receiver = group.spawn("receive", channel.receive().then([](std::optional<int>) {}));
  receiver.cancel();
  t.run_until_idle();
  CHECK(channel.try_send(1));
  Task sender = group.spawn("send", channel.send(2));

  sender.cancel();
  t.run_until_idle();

  CHECK(sender.state() == TaskState::canceled);
  CHECK(channel.try_receive() == 1);
  CHECK_FALSE(channel.try_receive());
}

TEST_CASE("those who wait for a channel that is destroyed hear it, and its items are destroyed") {
  Fixture t;
  auto item = std::make_shared<int>(1);
  auto channel = std::make_unique<Channel<std::shared_ptr<int>>>(1);
  CHECK(channel->try_send(std::shared_ptr<int>(item)));
  Future<void> sender = channel->send(item);
  channel.reset();
  CHECK(t.get(std::move(sender)).error() == Errc::closed);
  CHECK(item.use_count() == 1);

  channel = std::make_unique<Channel<std::shared_ptr<int>>>(1);
  auto items = channel->items();
  Future<std::optional<std::shared_ptr<int>>> receiver = channel->receive();
  channel.reset();

  CHECK(t.get(std::move(receiver)).error() == Errc::closed);
  CHECK(t.get(items.next()).error() == Errc::closed);
}

TEST_CASE("an item that was given dies with its future when the channel is gone") {
  Fixture t;
  auto item = std::make_shared<int>(1);
  auto channel = std::make_unique<Channel<std::shared_ptr<int>>>(2);
  CHECK(channel->try_send(std::shared_ptr<int>(item)));
  CHECK(channel->try_send(std::shared_ptr<int>(item)));
  auto given = channel->receive();
  const auto kept = channel->receive();
  channel.reset();
  CHECK(item.use_count() == 3);

  given = {};

  CHECK(item.use_count() == 2);
}

TEST_CASE("a sender that hears it was let in finds the channel as it says, in order") {
  Fixture t;
  Channel<int> channel(1);
  CHECK(channel.try_send(1));
  ProbeCount count;
  std::optional<int> next;
  const Future<void> second =
      channel.send(2).attach(Probe(count, [&] { next = channel.try_receive(); }));
  const Future<void> third = channel.send(3);
  CHECK_FALSE(t.poll(second));

  CHECK(*channel.try_receive() == 1);

  CHECK(next == 2);
  CHECK(*channel.try_receive() == 3);
}

TEST_CASE("a continuation may destroy the channel that gave it an item") {
  Fixture t;
  auto channel = std::make_unique<Channel<int>>(1);
  Future<void> receiver = channel->receive().then([&](std::optional<int>) { channel.reset(); });

  CHECK(channel->try_send(1));
  CHECK(t.get(std::move(receiver)));

  CHECK(channel == nullptr);
}

TEST_CASE("a channel can be iterated, also by several, and closing an iterator closes it alone") {
  Fixture t;
  Channel<int> channel(2);
  AsyncIterator<int> first = channel.items();
  AsyncIterator<int> second = channel.items();
  CHECK(channel.try_send(1));
  CHECK(channel.try_send(2));

  CHECK(*t.get(first.next()) == 1);
  CHECK(*t.get(second.next()) == 2);
  CHECK(t.get(first.close()));
  CHECK(channel.try_send(3));
  channel.close();

  CHECK(*t.get(second.next()) == 3);
  CHECK_FALSE(t.get(second.next())->has_value());
  CHECK(second.ended());
}

TEST_CASE("a next() of a channel's iterator that is dropped while it waits loses no item") {
  Fixture t;
  Channel<int> channel(1);
  AsyncIterator<int> items = channel.items();
  Future<std::optional<int>> asked = items.next();
  CHECK_FALSE(t.poll(asked));

  asked = {};
  CHECK(channel.try_send(1));

  CHECK(*t.get(items.next()) == 1);
}

TEST_CASE("an item that a next() of a channel's iterator holds goes back when that is dropped") {
  Fixture t;
  Channel<int> channel(2);
  AsyncIterator<int> items = channel.items();
  Future<std::optional<int>> ready = items.next();
  CHECK(channel.try_send(1));
  CHECK(ready.ready());
  ready = {};
  Future<void> queued = items.next().timeout(1s).then([](std::optional<int>) {});
  queued = {};
  Future<std::optional<int>> without_iterator = items.next();
  items = {};

  without_iterator = {};

  CHECK(channel.try_receive() == 1);
}

TEST_CASE("what an adaptor has used of a channel's items does not go back") {
  Fixture t;
  const std::vector<std::string> words{"a", "b", "c"};
  Channel<std::string> kept(3);
  Channel<std::string> judged(3);
  Channel<std::string> grouped(3);
  Channel<std::string> called(3);
  const auto wanted = [](const std::string&) {
    return true;
  };
  const auto wanted_later = [](const std::string&) {
    return ready_future(true);
  };
  const auto call = [](std::string word) {
    return ready_future(std::move(word));
  };

  CHECK(*t.get(items_of(kept, words).filter(wanted).take(9).collect()) == words);
  CHECK(*t.get(items_of(judged, words).filter(wanted_later).take(9).collect()) == words);
  CHECK(*t.get(items_of(grouped, words).chunk(2).flatten().take(9).collect()) == words);
  CHECK(*t.get(items_of(called, words).map(call).buffered(2).take(9).collect()) == words);
}

TEST_CASE("several producers and consumers come to an end by close") {
  Fixture t;
  Channel<int> channel(2);
  TaskGroup group(t.loop);
  int sum = 0;
  auto consume = [&] {
    return repeat(t.loop, [&] {
      return channel.receive().then([&](std::optional<int> item) {
        sum += item.value_or(0);
        return item ? Next::again : Next::done;
      });
    });
  };
  auto produce = [&] {
    return repeat(t.loop, [&, next = 0]() mutable {
      return channel.send(++next).then(
          [last = next == 10] { return last ? Next::done : Next::again; });
    });
  };
  group.spawn("consumer 1", consume());
  group.spawn("consumer 2", consume());
  Future<void> one = produce();
  Future<void> two = produce();
  CHECK(t.get(std::move(one)));
  CHECK(t.get(std::move(two)));

  channel.close();

  CHECK(t.get(group.empty()));
  CHECK(sum == 110);
}

TEST_CASE("whatever is cancelled or dropped, every item of a channel is received once or there") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    Channel<int> channel(random() % 3);
    std::vector<Future<std::optional<int>>> receivers;
    std::vector<Future<void>> senders;
    std::vector<int> expected;
    std::vector<int> received;
    for (int step = 0; step < 60; ++step) {
      const std::size_t what = random() % 5;
      if (what == 0) senders.push_back(channel.send(step));
      if (what == 0) expected.push_back(step);
      if (what == 1) receivers.push_back(channel.receive());
      if (what == 2) receivers.push_back(channel.receive().timeout(1h));
      if (what >= 3 && !receivers.empty()) {
        const std::size_t at = random() % receivers.size();
        if (what == 3 && receivers[at].ready()) {
          received.push_back(**t.get(std::move(receivers[at])));
        }
        receivers.erase(receivers.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    receivers.clear();
    while (std::optional<int> item = channel.try_receive())
      received.push_back(*item);

    std::sort(received.begin(), received.end());

    CAPTURE(seed);
    CHECK(received == expected);
  }
}
