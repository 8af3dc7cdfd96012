// SPDX-License-Identifier: MIT
#include <eddy/core/broadcast.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/testing/fixture.hpp>

#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/probe.hpp"

using namespace eddy;
using namespace std::chrono_literals;
using eddy::testing::Fixture;
using eddy::testing::Probe;
using eddy::testing::ProbeCount;

namespace {

/// What a subscription has received, as "value" or "value(+missed)", to be compared at a glance.
template <class T>
std::string drained(Subscription<T>& subscription) {
  std::string text;
  while (std::optional<Received<T>> message = subscription.try_receive()) {
    text += std::to_string(message->value);
    if (message->missed != 0) text += "(+" + std::to_string(message->missed) + ")";
    text += ' ';
  }
  return text;
}

}  // namespace

TEST_CASE("every subscription receives every message, in one order") {
  Fixture t;
  Broadcast<int> news;
  Subscription<int> first = news.subscribe(3);
  Subscription<int> second = news.subscribe(3);
  Future<std::optional<Received<int>>> waiting = first.receive();
  CHECK_FALSE(t.poll(waiting));

  CHECK(news.publish(1) == 2);
  CHECK(news.publish(2) == 2);

  CHECK((*t.get(std::move(waiting)))->value == 1);
  CHECK(drained(first) == "2 ");
  CHECK(drained(second) == "1 2 ");
}

TEST_CASE("who subscribes late receives only what comes after") {
  Fixture t;
  Broadcast<int> news;
  CHECK(news.publish(1) == 0);
  Subscription<int> late = news.subscribe(3);

  news.publish(2);

  CHECK(drained(late) == "2 ");
}

TEST_CASE("who does not keep up misses the oldest, and is told how many before the next") {
  Fixture t;
  Broadcast<int> news;
  Subscription<int> slow = news.subscribe(2);
  Subscription<int> fast = news.subscribe(10);
  for (int i = 1; i <= 5; ++i)
    news.publish(int(i));

  CHECK(slow.size() == 2);
  CHECK(drained(slow) == "4(+3) 5 ");
  CHECK(drained(fast) == "1 2 3 4 5 ");

  news.publish(6);
  CHECK(drained(slow) == "6 ");
}

TEST_CASE("a closed broadcast drains, then ends with nothing") {
  Fixture t;
  Broadcast<int> news;
  Subscription<int> behind = news.subscribe(2);
  Subscription<int> ahead = news.subscribe(2);
  news.publish(1);
  CHECK(drained(ahead) == "1 ");
  Future<std::optional<Received<int>>> waiting = ahead.receive();

  news.close();

  CHECK_FALSE(t.get(std::move(waiting))->has_value());
  CHECK((*t.get(behind.receive()))->value == 1);
  CHECK_FALSE(t.get(behind.receive())->has_value());
  CHECK(news.publish(2) == 0);
  Subscription<int> late = news.subscribe(1);
  CHECK_FALSE(t.get(late.receive())->has_value());
}

TEST_CASE("a broadcast that is destroyed is closed") {
  Fixture t;
  auto news = std::make_unique<Broadcast<int>>();
  Subscription<int> subscription = news->subscribe(2);
  news->publish(1);

  news.reset();

  CHECK(drained(subscription) == "1 ");
  CHECK_FALSE(t.get(subscription.receive())->has_value());
}

TEST_CASE("those who wait for a subscription that is destroyed hear it, and it costs no more") {
  Fixture t;
  Broadcast<int> news;
  auto subscription = std::make_unique<Subscription<int>>(news.subscribe(2));
  Future<std::optional<Received<int>>> waiting = subscription->receive();

  subscription.reset();

  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(news.subscribers() == 0);
}

TEST_CASE("a message whose receiver is dropped before it ran is the next, with what was missed") {
  Fixture t;
  Broadcast<int> news;
  Subscription<int> subscription = news.subscribe(1);
  news.publish(1);
  news.publish(2);
  Future<void> gone = subscription.receive().timeout(1s).then([](std::optional<Received<int>>) {});
  news.publish(3);

  gone = {};

  CHECK(drained(subscription) == "2(+1) 3 ");
}

TEST_CASE("a message that goes back is the first to be missed when the next one comes") {
  Fixture t;
  Broadcast<int> news;
  Subscription<int> subscription = news.subscribe(2);
  news.publish(1);
  Future<std::optional<Received<int>>> held = subscription.receive();
  news.publish(2);
  news.publish(3);
  held = {};
  CHECK(subscription.size() == 3);

  news.publish(4);

  CHECK(drained(subscription) == "3(+2) 4 ");
}

TEST_CASE("a message that goes back is given to who waits") {
  Fixture t;
  Broadcast<int> news;
  Subscription<int> subscription = news.subscribe(1);
  Future<std::optional<Received<int>>> first = subscription.receive();
  Future<std::optional<Received<int>>> second = subscription.receive();
  news.publish(1);
  CHECK_FALSE(t.poll(second));

  first = {};

  CHECK((*t.get(std::move(second)))->value == 1);
}

TEST_CASE("nobody overtakes one who waits for a message that is on its way") {
  Fixture t;
  Broadcast<int> news;
  Subscription<int> first = news.subscribe(1);
  Subscription<int> second = news.subscribe(1);
  std::optional<Received<int>> stolen;
  ProbeCount count;
  const auto served = first.receive().attach(Probe(count, [&] { stolen = second.try_receive(); }));
  auto waiting = second.receive();
  CHECK_FALSE(t.poll(served));

  CHECK(news.publish(1) == 2);

  CHECK_FALSE(stolen);
  CHECK(t.get(std::move(waiting)).value()->value == 1);
}

TEST_CASE("a receiver that is cancelled leaves the others alone") {
  Fixture t;
  Broadcast<int> news;
  Subscription<int> subscription = news.subscribe(1);
  TaskGroup group(t.loop);
  Task task =
      group.spawn("receive", subscription.receive().then([](std::optional<Received<int>>) {}));

  task.cancel();
  t.run_until_idle();
  news.publish(1);

  CHECK(task.state() == TaskState::canceled);
  CHECK(drained(subscription) == "1 ");
}

TEST_CASE("a continuation may publish, subscribe, unsubscribe, and destroy the broadcast") {
  Fixture t;
  auto news = std::make_unique<Broadcast<int>>();
  Subscription<int> first = news->subscribe(2);
  auto second = std::make_unique<Subscription<int>>(news->subscribe(2));
  std::optional<Subscription<int>> third;
  Future<void> one = first.receive().then([&](std::optional<Received<int>>) {
    second.reset();
    third = news->subscribe(2);
    CHECK(news->publish(2) == 2);
    news.reset();
  });

  news->publish(1);
  CHECK(t.get(std::move(one)));

  CHECK(drained(first) == "2 ");
  CHECK(drained(*third) == "2 ");
}

TEST_CASE("who gets a message may end its subscription, and the next one, from a destructor") {
  Fixture t;
  ProbeCount count;
  Broadcast<int> news;
  std::optional<Subscription<int>> first = news.subscribe(1);
  std::optional<Subscription<int>> second = news.subscribe(1);
  auto end_both = [&] {
    first.reset();
    second.reset();
  };
  const auto served = first->receive().attach(Probe(count, end_both));
  auto waiting = second->receive();
  CHECK_FALSE(t.poll(served));

  CHECK(news.publish(1) == 2);

  CHECK(served.ready());
  CHECK(t.get(std::move(waiting)).error() == Errc::closed);
  CHECK(news.subscribers() == 0);
}

TEST_CASE("a message that is missed may end the subscription that missed it") {
  Fixture t;
  ProbeCount count;
  Broadcast<std::shared_ptr<Probe>> news;
  std::optional<Subscription<std::shared_ptr<Probe>>> slow = news.subscribe(1);
  Subscription<std::shared_ptr<Probe>> other = news.subscribe(2);
  CHECK(news.publish(shared_probe(count, [&slow] { slow.reset(); })) == 2);
  CHECK(other.try_receive());

  CHECK(news.publish(shared_probe(count)) == 2);

  CHECK_FALSE(slow);
  CHECK(news.subscribers() == 1);
  CHECK(other.size() == 1);
}

TEST_CASE("the copy of a message that throws is the receiver's error") {
  struct Shy {
    explicit Shy(bool shy) : throws(shy) {}
    Shy(const Shy& other) : throws(other.throws) {
      if (throws) throw std::runtime_error("no copies");
    }
    Shy(Shy&& other) noexcept = default;
    Shy& operator=(Shy&& other) noexcept = default;
    bool throws;
  };
  Fixture t;
  Broadcast<Shy> news;
  Subscription<Shy> subscription = news.subscribe(2);
  Future<std::optional<Received<Shy>>> waiting = subscription.receive();

  news.publish(Shy(true));
  news.publish(Shy(true));
  news.publish(Shy(false));

  CHECK(t.get(std::move(waiting)).error() == Errc::exception);
  CHECK(t.get(subscription.receive()).error() == Errc::exception);
  CHECK_FALSE((*t.get(subscription.receive()))->value.throws);
}

TEST_CASE("a subscription can be iterated") {
  Fixture t;
  Broadcast<int> news;
  AsyncIterator<Received<int>> items = news.subscribe(2).items();
  CHECK(news.publish(1) == 1);

  CHECK((*t.get(items.next()))->value == 1);
  news.close();

  CHECK_FALSE(t.get(items.next())->has_value());
}

TEST_CASE("whatever is cancelled or dropped, received and missed add up to what was published") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Fixture t;
    std::minstd_rand random(seed);
    Broadcast<std::size_t> news;
    Subscription<std::size_t> subscription = news.subscribe(1 + random() % 4);
    std::vector<Future<std::optional<Received<std::size_t>>>> receivers;
    std::size_t published = 0;
    std::size_t accounted = 0;
    auto account = [&](const Received<std::size_t>& message) {
      accounted += message.missed + 1;
    };
    for (int step = 0; step < 60; ++step) {
      const std::size_t what = random() % 6;
      if (what <= 1) news.publish(published++);
      if (what == 2) receivers.push_back(subscription.receive());
      if (what == 3) receivers.push_back(subscription.receive().timeout(1h));
      if (what >= 4 && !receivers.empty()) {
        const std::size_t at = random() % receivers.size();
        if (what == 4 && receivers[at].ready()) account(**t.get(std::move(receivers[at])));
        receivers.erase(receivers.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    receivers.clear();
    while (std::optional<Received<std::size_t>> message = subscription.try_receive())
      account(*message);

    CAPTURE(seed);
    CHECK(accounted == published);
  }
}
