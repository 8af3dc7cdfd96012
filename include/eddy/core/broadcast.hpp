// SPDX-License-Identifier: MIT
//
// Every message to everybody who has subscribed.
//
// Publishing never waits: who does not keep up misses messages, and is told how many. Where nothing
// may be missed give each consumer a Channel; where only the last value counts use core/watch.hpp.
// To call functions instead of waking tasks see core/signal.hpp.
#pragma once

#include <eddy/core/subscription.hpp>

#include <cstddef>
#include <utility>

namespace eddy {

/// Gives each Subscription a copy of each message, in one order for all. T is copyable.
///
/// Thread: loop.
/// Lifetime: destroying it is close().
template <class T>
class Broadcast {
 public:
  Broadcast() : state_(new detail::BroadcastState<T>) {}
  Broadcast(Broadcast&& other) noexcept = default;
  Broadcast& operator=(Broadcast&& other) noexcept {
    const Broadcast old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~Broadcast() {
    if (state_) state_->close();
  }

  /// Receives what is published from now on. It keeps the newest `bound` messages, at least 1, that
  /// were not received; older ones count as missed.
  [[nodiscard]] Subscription<T> subscribe(std::size_t bound) {
    EDDY_ASSERT(bound > 0, "a subscription without room would miss every message");
    return Subscription<T>(state_->subscribe(bound));
  }

  /// Gives `message` to all subscriptions, and says to how many: to none once it is closed.
  std::size_t publish(T message) { return state_->publish(std::move(message)); }

  /// Subscriptions end when they have received what was published before.
  void close() noexcept { state_->close(); }
  bool closed() const noexcept { return state_->closed(); }
  std::size_t subscribers() const noexcept { return state_->subscribers(); }

 private:
  detail::CountedPtr<detail::BroadcastState<T>> state_;
};

}  // namespace eddy
