// SPDX-License-Identifier: MIT
//
// A bounded queue between tasks: who puts waits for room, who gets waits for an item.
//
// Queue gives the oldest item first, LifoQueue the newest, PriorityQueue the smallest; see
// core/lifo_queue.hpp and core/priority_queue.hpp. Between threads use a thread channel.
#pragma once

#include <eddy/core/detail/queue_state.hpp>

#include <deque>

namespace eddy {

namespace detail {

template <class T>
class FifoStore {
 public:
  void put(T&& item) { items_.push_back(std::move(item)); }
  void put_back(T&& item) { items_.push_front(std::move(item)); }
  T take() {
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  std::size_t size() const noexcept { return items_.size(); }

 private:
  std::deque<T> items_;
};

}  // namespace detail

/// What all kinds of queue can do; `Store` is the order in which items leave.
///
/// Nothing is lost: who is cancelled or dropped while it waits has neither put nor taken anything,
/// and an item that was given to a get() is taken when a continuation runs with it.
/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed.
template <class T, class Store>
class BasicQueue {
 public:
  /// Room for `capacity` items, at least 1.
  explicit BasicQueue(std::size_t capacity, Store store = Store())
      : state_(new State(capacity, std::move(store))) {
    EDDY_ASSERT(capacity > 0, "a queue without room would hold everybody up for ever");
  }
  BasicQueue(BasicQueue&& other) noexcept = default;
  BasicQueue& operator=(BasicQueue&& other) noexcept {
    const BasicQueue old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~BasicQueue() {
    if (state_) state_->abandon();
  }

  /// Resolves when the item is in.
  /// Errors: Errc::closed; what the item throws when it is moved after it had to wait, and then it
  /// is lost. Cancel: total; the item is then destroyed.
  [[nodiscard]] Future<void> put(T item, Site site = EDDY_HERE) {
    return state_->put(std::move(item), site);
  }
  /// Without waiting: false if there is no room or the queue is closed, and `item` is as it was.
  [[nodiscard]] bool try_put(T&& item) { return state_->try_put(item); }

  /// Resolves to the next item.
  ///
  /// If the Future, or a chain of it, is dropped before a continuation ran with the item, that goes
  /// back in front, even if the queue is full again, also through timeout(), or_else(), finally(),
  /// attach() and returned futures.
  /// What makes something else of it (all(), share(), adaptors of iterators) takes it.
  /// Errors: Errc::closed once the queue is closed and empty. Cancel: total.
  [[nodiscard]] Future<T> get(Site site = EDDY_HERE) { return state_->get(site); }
  /// Without waiting.
  [[nodiscard]] std::optional<T> try_get() { return state_->try_get(); }

  /// Says that the work on one item is done.
  /// Errors: Errc::invalid if that was said of all items.
  Result<void> task_done() { return state_->task_done(); }
  /// Resolves when task_done() was said of every item that was put.
  /// Cancel: total.
  [[nodiscard]] Future<void> join(Site site = EDDY_HERE) { return state_->join(site); }

  /// Refuses new items, and those that wait for room; what is in it can be taken still.
  void close() noexcept { state_->close(); }
  bool closed() const noexcept { return state_->closed(); }

  std::size_t size() const noexcept { return state_->size(); }
  std::size_t capacity() const noexcept { return state_->capacity(); }
  /// Items of which task_done() was not said.
  std::size_t unfinished() const noexcept { return state_->unfinished(); }
  bool empty() const noexcept { return size() == 0; }
  bool full() const noexcept { return state_->full(); }

 private:
  using State = detail::QueueState<T, Store>;

  detail::CountedPtr<State> state_;
};

/// First in, first out.
template <class T>
using Queue = BasicQueue<T, detail::FifoStore<T>>;

}  // namespace eddy
