// SPDX-License-Identifier: MIT
//
// The receiving end of a Broadcast.
//
// Made by Broadcast::subscribe(), see core/broadcast.hpp.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/detail/broadcast_state.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace eddy {

/// Receives what is published after it was made, until it is destroyed.
///
/// Thread: loop.
/// Lifetime: may outlive its Broadcast. Who still waits when it is destroyed fails with
/// Errc::closed.
template <class T>
class [[nodiscard]] Subscription {
 public:
  /// For Broadcast, which makes them.
  explicit Subscription(detail::CountedPtr<detail::SubscriberState<T>> state) noexcept
      : state_(std::move(state)) {}
  Subscription(Subscription&& other) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept {
    const Subscription old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~Subscription() {
    if (state_) state_->abandon();
  }

  /// Resolves to a copy of the next message and the number of those missed before it, or to nothing
  /// when the Broadcast is closed and all was received.
  /// Cancel: total; a message that was given and not taken is the next to be received.
  [[nodiscard]] Future<std::optional<Received<T>>> receive(Site site = EDDY_HERE) {
    return state_->receive(site);
  }
  /// Without waiting: nothing if there is none, or if somebody waits already.
  [[nodiscard]] std::optional<Received<T>> try_receive() { return state_->try_receive(); }

  /// What this subscription receives, one after the other.
  [[nodiscard]] AsyncIterator<Received<T>> items() && {
    return make_iterator<Source>(std::move(*this));
  }

  /// How many messages wait to be received.
  std::size_t size() const noexcept { return state_->size(); }

 private:
  class Source final : public AsyncSource<Received<T>> {
   public:
    explicit Source(Subscription&& from) noexcept : from_(std::move(from)) {}
    Future<std::optional<Received<T>>> next() override { return from_.receive(); }

   private:
    Subscription from_;
  };

  detail::CountedPtr<detail::SubscriberState<T>> state_;
};

}  // namespace eddy
