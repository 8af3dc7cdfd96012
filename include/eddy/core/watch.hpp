// SPDX-License-Identifier: MIT
//
// One value that changes, and readers who want to know the last one.
//
// For configuration, state, progress: a reader that is slow skips values but ends with the newest.
// Where every value counts use core/broadcast.hpp.
#pragma once

#include <eddy/core/watch_reader.hpp>

#include <utility>

namespace eddy {

/// Holds the value. T is copyable.
///
/// Thread: loop.
/// Lifetime: destroying it is close(); readers keep the last value.
template <class T>
class Watch {
 public:
  explicit Watch(T first) : state_(new detail::WatchState<T>(std::move(first))) {}
  Watch(Watch&& other) noexcept = default;
  Watch& operator=(Watch&& other) noexcept {
    const Watch old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~Watch() {
    if (state_) state_->close();
  }

  /// Replaces the value, and wakes all readers that wait. A value that equals the old one is a
  /// change too. Does nothing once the watch is closed, and so does update().
  void set(T value) {
    if (!closed()) state_->set(std::move(value));
  }
  /// Lets `change` work on the value in place, then wakes all readers that wait. If it throws they
  /// are not woken, and hear of what it did with the next change.
  template <class Change>
  void update(Change change) {
    if (closed()) return;
    const auto state = state_;  // `change` may destroy this
    change(state->value);
    state->changed();
  }
  const T& value() const noexcept { return state_->value; }

  /// A reader that has seen the value of now, and hears of later ones.
  [[nodiscard]] WatchReader<T> reader() const { return WatchReader<T>(state_); }

  /// No value will come any more; readers still get the last one if they have not seen it.
  void close() noexcept { state_->close(); }
  bool closed() const noexcept { return state_->closed; }

 private:
  detail::CountedPtr<detail::WatchState<T>> state_;
};

}  // namespace eddy
