// SPDX-License-Identifier: MIT
//
// What a Channel and its iterators share: the items, who waits to send, who waits to receive.
//
// Not for users. Never do senders and receivers wait at the same time.
#pragma once

#include <eddy/core/async_source.hpp>
#include <eddy/core/detail/put_node.hpp>
#include <eddy/core/detail/waiter.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

namespace eddy::detail {

template <class T>
class ChannelState final : public Counted {
  using Item = std::optional<T>;
  using Receiver = Waiter<Item, ChannelState>;

 public:
  static constexpr const char* waited_for = "an item of a channel";

  explicit ChannelState(std::size_t capacity) noexcept : capacity_(capacity) {}

  Future<void> send(T&& item, Site site) {
    if (closed_) return failed_future<void>(why(), site);
    if (try_send(item)) return ready_future(site);
    return wait_for_room(senders_, std::move(item), site);
  }
  /// Moves from `item` only if there is a receiver or room.
  bool try_send(T& item) {
    if (closed_) return false;
    if (!receivers_.empty()) {
      receivers_.pop_front().settle_value(std::move(item));
      return true;
    }
    if (items_.size() >= capacity_) return false;
    items_.push_back(std::move(item));
    return true;
  }

  Future<Item> receive(Site site) {
    if (Item item = try_receive()) return served_at_once<Item>(*this, site, 0, std::move(item));
    if (abandoned_) return failed_future<Item>(why(), site);
    if (closed_) return ready_future(Item(), site);
    return wait_in_line<Item>(*this, receivers_, site);
  }
  Item try_receive() {
    if (items_.empty() && senders_.empty()) return std::nullopt;
    const CountedPtr<ChannelState> hold(this);
    Item item;
    if (items_.empty()) {
      take_from_hand(item);
    } else {
      item.emplace(std::move(items_.front()));
      items_.pop_front();
      let_in();
    }
    return item;
  }

  void close() noexcept {
    if (std::exchange(closed_, true)) return;
    const CountedPtr<ChannelState> hold(this);
    while (!senders_.empty())
      senders_.pop_front().settle_error(why());
    while (!receivers_.empty())
      receivers_.pop_front().settle_value();
  }
  /// The channel is gone, and with it what is in it: that is no orderly end.
  void abandon() noexcept {
    const CountedPtr<ChannelState> hold(this);
    abandoned_ = true;
    while (!receivers_.empty())
      receivers_.pop_front().settle_error(why());
    close();
    const std::deque<T> lost = std::exchange(items_, {});
  }

  /// A receiver went without its item: that is the next one's.
  void untaken(Receiver& receiver) noexcept {
    if (abandoned_ || !receiver.value) return;
    if (receivers_.empty()) return items_.push_front(*std::move(receiver.value));
    receivers_.pop_front().settle_value(std::move(receiver.value));
  }
  void left() noexcept {}

  std::size_t size() const noexcept { return items_.size(); }
  std::size_t capacity() const noexcept { return capacity_; }
  bool closed() const noexcept { return closed_; }

 private:
  static Error why() { return Error(Errc::closed, "channel"); }

  /// Takes the item of the first sender, which may go on. One that throws when it is moved is lost,
  /// as its sender hears, and the next is taken.
  void take_from_hand(Item& item) noexcept {
    hand_over([&item](T&& sent) { item.emplace(std::move(sent)); },
              [&item] { return !item.has_value(); });
  }
  /// Lets those in who wait for room.
  void let_in() noexcept {
    hand_over([this](T&& sent) { items_.push_back(std::move(sent)); },
              [this] { return items_.size() < capacity_; });
  }
  /// Gives the items of the first senders to `take` as long as there `is_room`.
  template <class Take, class IsRoom>
  void hand_over(Take take, IsRoom is_room) noexcept {
    while (is_room() && !senders_.empty()) {
      PutNode<T>& sender = senders_.pop_front();
      try {
        take(std::move(sender.item));
      } catch (...) {
        sender.settle_error(Error(std::current_exception()));
        continue;
      }
      sender.settle_value();
    }
  }

  const std::size_t capacity_;
  bool closed_ = false;
  bool abandoned_ = false;
  std::deque<T> items_;
  List<PutNode<T>> senders_;
  Waiters<Item, ChannelState> receivers_;
};

/// The items of a channel as an AsyncIterator has them.
template <class T>
class ChannelSource final : public AsyncSource<T> {
 public:
  explicit ChannelSource(CountedPtr<ChannelState<T>> channel) noexcept
      : channel_(std::move(channel)) {}
  Future<std::optional<T>> next() override { return channel_->receive(EDDY_HERE); }

 private:
  CountedPtr<ChannelState<T>> channel_;
};

}  // namespace eddy::detail
