// SPDX-License-Identifier: MIT
//
// What a Broadcast and its subscriptions share.
//
// Not for users. A message exists once; each subscriber has a bounded list of those that it has not
// received.
#pragma once

#include <eddy/core/detail/waiter.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace eddy {

/// What a Subscription receives.
template <class T>
struct Received {
  T value;
  std::size_t missed = 0;  ///< messages just before this one that the bound has cost
};

namespace detail {

template <class T>
class Message final : public Counted {
 public:
  explicit Message(T&& message) : value(std::move(message)) {}

  T value;
};

struct InBroadcast;  // tags the list of all subscribers
struct ToBeServed;   // tags the list of those who wait and have got something

template <class T>
class SubscriberState final : public Counted,
                              public ListLink<InBroadcast>,
                              public ListLink<ToBeServed> {
  using Item = std::optional<Received<T>>;
  using Receiver = Waiter<Item, SubscriberState>;

 public:
  static constexpr const char* waited_for = "a message";

  using Messages = std::vector<CountedPtr<Message<T>>>;

  explicit SubscriberState(std::size_t bound) noexcept : bound_(bound) {}

  /// Appends a message; what there is no room for any more is counted, and moved to `gone`, for its
  /// destructor is the user's.
  void offer(const CountedPtr<Message<T>>& message, Messages& gone) {
    std::size_t missed = 0;
    for (; entries_.size() >= bound_; entries_.pop_front()) {
      missed += entries_.front().missed + 1;
      gone.push_back(std::move(entries_.front().message));
    }
    entries_.push_back(Entry{message, 0});
    entries_.front().missed += missed;
  }
  bool waiting() const noexcept { return !receivers_.empty(); }
  /// Gives what there is to those who wait.
  void serve() noexcept {
    const CountedPtr<SubscriberState> hold(this);
    while (!receivers_.empty() && !entries_.empty()) {
      const Entry entry = pop();
      Receiver& next = receivers_.pop_front();
      try {
        next.settle_value(Received<T>{entry.message->value, entry.missed});
      } catch (...) {  // of the copy
        next.settle_error(Error(std::current_exception()));
      }
    }
  }

  Future<Item> receive(Site site) {
    try {
      if (Item item = try_receive()) return served_at_once<Item>(*this, site, 0, std::move(item));
    } catch (...) {  // of the copy
      return failed_future<Item>(Error(std::current_exception()), site);
    }
    if (closed_) return ready_future(Item(), site);
    return wait_in_line<Item>(*this, receivers_, site);
  }
  Item try_receive() {
    if (entries_.empty() || waiting()) return std::nullopt;  // who waits is served first
    const Entry entry = pop();
    return Received<T>{entry.message->value, entry.missed};
  }

  /// Nothing more will come.
  void close() noexcept {
    const CountedPtr<SubscriberState> hold(this);
    closed_ = true;
    while (!receivers_.empty())
      receivers_.pop_front().settle_value();
  }
  /// The subscription is gone.
  void abandon() noexcept {
    const CountedPtr<SubscriberState> hold(this);
    abandoned_ = closed_ = true;
    ListLink<InBroadcast>::unlink();
    ListLink<ToBeServed>::unlink();
    while (!receivers_.empty())
      receivers_.pop_front().settle_error(Error(Errc::closed, "subscription"));
    const std::deque<Entry> unread = std::exchange(entries_, {});
  }

  /// A receiver went without its message: it is the next to be received.
  void untaken(Receiver& receiver) noexcept {
    if (abandoned_ || !receiver.value) return;
    entries_.push_front(
        Entry{message_of(std::move(receiver.value->value)), receiver.value->missed});
    serve();
  }
  void left() noexcept {}

  std::size_t size() const noexcept { return entries_.size(); }

 private:
  static CountedPtr<Message<T>> message_of(T&& value) {
    return CountedPtr<Message<T>>(new Message<T>(std::move(value)));
  }

  struct Entry {
    CountedPtr<Message<T>> message;
    std::size_t missed;
  };

  Entry pop() noexcept {
    Entry first = std::move(entries_.front());
    entries_.pop_front();
    return first;
  }

  const std::size_t bound_;
  bool closed_ = false;
  bool abandoned_ = false;
  std::deque<Entry> entries_;
  Waiters<Item, SubscriberState> receivers_;
};

template <class T>
class BroadcastState final : public Counted {
  using Subscriber = SubscriberState<T>;

 public:
  CountedPtr<Subscriber> subscribe(std::size_t bound) {
    CountedPtr<Subscriber> subscriber(new Subscriber(bound));
    if (closed_) {
      subscriber->close();
    } else {
      subscribers_.push_back(*subscriber);
    }
    return subscriber;
  }

  /// All subscribers have the message before the first of them hears of it.
  std::size_t publish(T&& value) {
    if (subscribers_.empty()) return 0;
    const CountedPtr<BroadcastState> hold(this);
    typename Subscriber::Messages gone;
    const CountedPtr<Message<T>> message(new Message<T>(std::move(value)));
    std::size_t reached = 0;
    for (Subscriber* each = subscribers_.first(); each != nullptr;
         each = subscribers_.next(*each)) {
      each->offer(message, gone);
      if (each->waiting()) to_be_served_.push_back(*each);
      ++reached;
    }
    while (!to_be_served_.empty())
      to_be_served_.pop_front().serve();
    return reached;
  }

  void close() noexcept {
    const CountedPtr<BroadcastState> hold(this);
    closed_ = true;
    while (!subscribers_.empty())
      subscribers_.pop_front().close();
  }
  bool closed() const noexcept { return closed_; }
  std::size_t subscribers() noexcept {
    std::size_t count = 0;
    for (Subscriber* each = subscribers_.first(); each != nullptr; each = subscribers_.next(*each))
      ++count;
    return count;
  }

 private:
  bool closed_ = false;
  List<Subscriber, InBroadcast> subscribers_;
  List<Subscriber, ToBeServed> to_be_served_;
};

}  // namespace detail
}  // namespace eddy
