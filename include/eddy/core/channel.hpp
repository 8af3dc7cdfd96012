// SPDX-License-Identifier: MIT
//
// A bounded way for items from several producers to one or several consumers, with an end.
//
// It is a Queue for streams: the consumers hear the end as a value instead of an error, and can
// iterate. If every consumer shall get every item use core/broadcast.hpp, if only the last one
// counts core/watch.hpp; between threads a ThreadChannel.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/detail/channel_state.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace eddy {

/// Items leave in the order in which they came, to the receivers in the order of their coming.
///
/// Nothing is lost: who is cancelled or dropped while it waits has neither sent nor received, and
/// an item that was given to a receive() is taken when a continuation runs with it, see
/// Queue::get().
/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed, and so do its iterators.
template <class T>
class Channel {
 public:
  /// Room for `capacity` items that nobody waits for yet. With none, send() waits until a receiver
  /// takes the item from its hand: a rendezvous.
  explicit Channel(std::size_t capacity) : state_(new detail::ChannelState<T>(capacity)) {}
  Channel(Channel&& other) noexcept = default;
  Channel& operator=(Channel&& other) noexcept {
    const Channel old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~Channel() {
    if (state_) state_->abandon();
  }

  /// Resolves when there was room for the item, or somebody took it.
  /// Errors: Errc::closed; what the item throws when it is moved after it had to wait, and then it
  /// is lost. Cancel: total; the item is then destroyed.
  [[nodiscard]] Future<void> send(T item, Site site = EDDY_HERE) {
    return state_->send(std::move(item), site);
  }
  /// Without waiting: false if there is no room or the channel is closed, and `item` is as it was.
  [[nodiscard]] bool try_send(T&& item) { return state_->try_send(item); }

  /// Resolves to the next item, or to nothing once the channel is closed and empty.
  /// Cancel: total; an item that was given and not taken goes to the next.
  [[nodiscard]] Future<std::optional<T>> receive(Site site = EDDY_HERE) {
    return state_->receive(site);
  }
  /// Without waiting.
  [[nodiscard]] std::optional<T> try_receive() { return state_->try_receive(); }

  /// The items that this iterator asks for, until the end. Several iterators share them; closing
  /// one does not close the channel.
  [[nodiscard]] AsyncIterator<T> items() { return make_iterator<detail::ChannelSource<T>>(state_); }

  /// Refuses new items, and those that wait for room; what is in it can be received still.
  void close() noexcept { state_->close(); }
  bool closed() const noexcept { return state_->closed(); }

  std::size_t size() const noexcept { return state_->size(); }
  std::size_t capacity() const noexcept { return state_->capacity(); }
  bool empty() const noexcept { return size() == 0; }

 private:
  detail::CountedPtr<detail::ChannelState<T>> state_;
};

}  // namespace eddy
