// SPDX-License-Identifier: MIT
//
// A bounded queue between threads, some of which run a loop.
//
// Each end may be used in two ways: put() and get() give Futures, for code on a loop;
// blocking_put() and blocking_get() sleep, for other threads. Between tasks of one loop
// core/queue.hpp is cheaper.
#pragma once

#include <eddy/core/detail/thread_channel_nodes.hpp>
#include <eddy/core/future.hpp>

namespace eddy {

/// A handle to a channel; copies are the same channel. With the last one the channel is closed, and
/// what is in it is destroyed.
///
/// Any number of producers and consumers of both kinds; first come, first served. Nothing is lost:
/// who is cancelled, dropped or out of time has neither put nor taken anything, and an item that
/// was given to a get() whose Future is then dropped goes back to its place.
/// Thread: any.
template <class T>
class ThreadChannel {
 public:
  /// Room for `capacity` items, at least 1.
  explicit ThreadChannel(std::size_t capacity) : handle_(std::make_shared<Handle>(capacity)) {
    EDDY_ASSERT(capacity > 0, "a channel without room would hold everybody up for ever");
  }

  /// Resolves when the item is in.
  ///
  /// The loop does not end before that. Thread: one that has a Loop.
  /// Errors: Errc::closed, or what close() was given. Cancel: total; the item is then destroyed.
  [[nodiscard]] Future<void> put(T item, Site site = EDDY_HERE) const {
    return detail::channel_put(handle_->state, std::move(item), site);
  }
  /// Resolves to the next item.
  ///
  /// The loop does not end before that. Thread: one that has a Loop.
  /// Errors: Errc::closed, or what close() was given, once the channel is closed and empty.
  /// Cancel: total.
  [[nodiscard]] Future<T> get(Site site = EDDY_HERE) const {
    return detail::channel_get(handle_->state, site);
  }

  /// Sleeps until the item is in, at most for `limit`; the longest Duration stands for no limit.
  ///
  /// Errors: Errc::timed_out; Errc::closed, or what close() was given; Errc::invalid on a thread
  /// that runs a loop. Thread: one that runs no Loop.
  [[nodiscard]] Result<void> blocking_put(T item, Duration limit = Duration::max()) const {
    return handle_->state->blocking_put(std::move(item), limit);
  }
  /// Sleeps until there is an item, at most for `limit`; the longest Duration stands for no limit.
  ///
  /// Errors: as blocking_put(). Thread: one that runs no Loop.
  [[nodiscard]] Result<T> blocking_get(Duration limit = Duration::max()) const {
    return handle_->state->blocking_get(limit);
  }

  /// Without waiting: false if there is no room or the channel is closed, and `item` is as it was.
  [[nodiscard]] bool try_put(T&& item) const { return handle_->state->try_put(item); }
  /// Without waiting.
  [[nodiscard]] std::optional<T> try_get() const { return handle_->state->try_get(); }

  /// Refuses new items, and those that wait for room; what is in it can be taken still, and then
  /// `why` is the answer. The second time does nothing.
  void close(Error why = Error(Errc::closed, "thread channel")) const noexcept {
    handle_->state->close(std::move(why));
  }
  bool closed() const noexcept { return handle_->state->closed(); }

  std::size_t size() const noexcept { return handle_->state->size(); }
  std::size_t capacity() const noexcept { return handle_->state->capacity(); }

 private:
  using State = detail::ThreadChannelState<T>;
  /// Waiters keep the state; they do not keep the channel open.
  struct Handle {
    explicit Handle(std::size_t capacity) : state(std::make_shared<State>(capacity)) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { state->abandon(); }

    const std::shared_ptr<State> state;
  };

  std::shared_ptr<Handle> handle_;
};

}  // namespace eddy
