// SPDX-License-Identifier: MIT
//
// Producers and takers with a line of items between them, under a random schedule: whoever is
// cancelled or dropped, each item is taken once or is still there, and a producer's stay in order.
#pragma once

#include <eddy/core/task_group.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace eddy::testing {

/// The `number`-th item that a producer puts.
struct TrafficItem {
  std::size_t producer;
  std::size_t number;
};

/// Producers that put a few items each, and takers that take until the line is closed.
///
/// A Line is made with its capacity, and has:
///   Future<void> put(TrafficItem)
///   Future<std::optional<TrafficItem>> take()    nothing when it is closed and empty
///   Future<...> ask()                            the same, to be dropped
///   std::optional<TrafficItem> try_take()
///   void close(), bool closed(), full(), empty()
template <class Line>
class Traffic {
 public:
  explicit Traffic(RandomFixture& fixture)
      : t_(fixture), line_(1 + fixture.random.below(3)), group_(fixture.loop) {}

  void run() {
    producers_.resize(1 + t_.random.below(3));
    takers_ = 1 + t_.random.below(3);
    for (std::size_t number = 0; number < producers_.size(); ++number)
      start_producer(number);
    for (std::size_t number = 0; number < takers_; ++number)
      start_taker();
    t_.run_to_end([this] { check_rest(); });
  }
  /// Takes what is left, and looks at what has become of each item.
  void check_end() {
    while (std::optional<TrafficItem> item = line_.try_take())
      note(*item);
    for (const Producer& producer : producers_) {
      CHECK(producer.taken_twice == 0);
      CHECK(producer.taken() >= producer.put);
      CHECK(producer.taken() <= producer.tried);
      CHECK((producer.disturbed || producer.put == producer.wants));
      if (takers_ == 1) CHECK(producer.in_order);
    }
    line_.close();
    t_.run_to_end();
    CHECK(group_.size() == 0);
  }

 private:
  static constexpr std::size_t most_items = 8;  // of a producer

  struct Producer {
    std::size_t wants = 0;
    std::size_t tried = 0;  // put() was called
    std::size_t put = 0;    // and has succeeded
    bool putting = false;   // waits for that
    bool disturbed = false;
    bool seen[most_items] = {};
    std::size_t next = 0;  // item to be taken
    bool in_order = true;
    std::size_t taken_twice = 0;

    std::size_t taken() const {
      return static_cast<std::size_t>(std::count(std::begin(seen), std::end(seen), true));
    }
  };

  /// Nobody waits for room or for an item that is there.
  void check_rest() const {
    for (const Producer& producer : producers_) {
      const bool waits = producer.putting && !producer.disturbed;
      CHECK((!waits || line_.full()));
    }
    CHECK((taking_ == 0 || line_.empty()));
  }
  void start_producer(std::size_t number) {
    producers_[number].wants = 1 + t_.random.below(most_items);
    Task task = group_.spawn("producer", produce(number));
    if (!t_.random.one_in(3)) return;
    t_.at_some_time([this, number, task]() mutable {
      producers_[number].disturbed = true;
      task.cancel();
    });
  }
  Future<void> produce(std::size_t number) {
    Producer& producer = producers_[number];
    if (producer.tried == producer.wants) return ready_future();
    producer.putting = true;
    return line_.put(TrafficItem{number, producer.tried++})
        .then([this, &producer] {
          producer.putting = false;
          ++producer.put;
          return t_.some_time();
        })
        .then([this, number] { return produce(number); });
  }
  /// One that is disturbed is replaced when it has ended, so that somebody takes to the end.
  void start_taker() {
    Task task = group_.spawn("taker", take_all());
    if (!t_.random.one_in(2)) return;
    t_.cancel_at_some_time(task);
    replacing_.push_back(task.join().then([this] {
      if (!line_.closed()) start_taker();
    }));
  }
  Future<void> take_all() {
    if (t_.random.one_in(4)) ask_in_vain();
    ++taking_;
    return line_.take()
        .finally([this] { --taking_; })
        .then([this](std::optional<TrafficItem> item) {
          if (!item) return ready_future();
          note(*item);
          return t_.some_time().then([this] { return take_all(); });
        });
  }
  /// Drops a question, which may have brought an item meanwhile. That one is then late: where order
  /// matters there is no meanwhile.
  void ask_in_vain() {
    auto vain = line_.ask();
    if (takers_ > 1) t_.at_some_time([vain = std::move(vain)] {});
  }
  void note(TrafficItem item) {
    Producer& producer = producers_[item.producer];
    if (producer.seen[item.number]) ++producer.taken_twice;
    producer.seen[item.number] = true;
    producer.in_order = producer.in_order && item.number >= producer.next;
    producer.next = item.number + 1;
  }

  RandomFixture& t_;
  Line line_;
  std::vector<Producer> producers_;
  std::size_t takers_ = 0;
  std::size_t taking_ = 0;  // takers that wait for an item
  TaskGroup group_;
  std::vector<Future<void>> replacing_;
};

}  // namespace eddy::testing
