// SPDX-License-Identifier: MIT
//
// What the kinds of queue have in common: bounded room, two lines of those who wait, an end.
//
// Not for users. A Store says in which order items leave:
//   void put(T&&)          the newest
//   void put_back(T&&)     one that was taken out and is the next to leave again
//   T take()               the next; there is one
//   std::size_t size() const
#pragma once

#include <eddy/core/detail/put_node.hpp>
#include <eddy/core/detail/waiter.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

namespace eddy::detail {

/// Who waits for the end of all work.
class JoinNode final : public Pooled<JoinNode, LeafNode<void>>, public ListLink<JoinNode> {
 public:
  JoinNode(LoopCore& owner, Site where) noexcept : Pooled(owner, where) {}
  const char* waits_for() const noexcept override { return "the end of a queue's work"; }

 private:
  void stop() noexcept override { this->unlink(); }
};

template <class T, class Store>
class QueueState final : public Counted {
  using Get = Waiter<T, QueueState>;
  using Put = PutNode<T>;

 public:
  static constexpr const char* waited_for = "an item of a queue";

  QueueState(std::size_t capacity, Store&& store) : capacity_(capacity), store_(std::move(store)) {}

  Future<void> put(T&& item, Site site) {
    if (closed_) return failed_future<void>(why(), site);
    if (try_put(item)) return ready_future(site);
    return wait_for_room(putters_, std::move(item), site);
  }
  /// Moves from `item` only if there is room.
  bool try_put(T& item) {
    if (closed_ || full()) return false;
    accept(std::move(item));
    return true;
  }

  Future<T> get(Site site) {
    if (std::optional<T> item = try_get())
      return served_at_once<T>(*this, site, 0, *std::move(item));
    if (closed_) return failed_future<T>(why(), site);
    return wait_in_line<T>(*this, getters_, site);
  }
  std::optional<T> try_get() {
    if (store_.size() == 0) return std::nullopt;
    const CountedPtr<QueueState> hold = self();
    std::optional<T> item(store_.take());
    let_in();
    return item;
  }

  Result<void> task_done() {
    if (unfinished_ == 0) {
      return Error(Errc::invalid, "task_done() more often than there were items");
    }
    if (--unfinished_ == 0) end_joins();
    return {};
  }
  Future<void> join(Site site) {
    if (unfinished_ == 0) return ready_future(site);
    JoinNode* waiting = JoinNode::make(current_core(), site);
    joins_.push_back(*waiting);
    return make_future<void>(static_cast<ValueNode<void>*>(waiting));
  }

  /// What waits for room is refused, what is there may still be taken.
  void close() noexcept {
    if (std::exchange(closed_, true)) return;
    const CountedPtr<QueueState> hold = self();
    while (!putters_.empty())
      putters_.pop_front().settle_error(why());
    while (!getters_.empty())
      getters_.pop_front().settle_error(why());
  }
  /// The queue is gone, and with it what is in it.
  void abandon() noexcept {
    const CountedPtr<QueueState> hold = self();
    close();
    abandoned_ = true;
    while (!joins_.empty())
      joins_.pop_front().settle_error(why());
    while (store_.size() != 0)
      static_cast<void>(store_.take());
  }
  /// A getter went without its item: that is the next one's, or the next to leave.
  void untaken(Get& getter) noexcept {
    if (abandoned_) return;
    if (!getters_.empty()) return getters_.pop_front().settle_value(std::move(getter.value));
    store_.put_back(std::move(getter.value));
  }
  void left() noexcept {}

  std::size_t size() const noexcept { return store_.size(); }
  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t unfinished() const noexcept { return unfinished_; }
  bool full() const noexcept { return store_.size() >= capacity_; }
  bool closed() const noexcept { return closed_; }

 private:
  static Error why() { return Error(Errc::closed, "queue"); }
  CountedPtr<QueueState> self() noexcept { return CountedPtr<QueueState>(this); }

  void accept(T&& item) {
    if (getters_.empty()) {
      store_.put(std::move(item));
      ++unfinished_;
    } else {
      ++unfinished_;
      getters_.pop_front().settle_value(std::move(item));
    }
  }
  /// Lets those in who wait for room. An item that throws when it is moved is lost, as its putter
  /// hears.
  void let_in() noexcept {
    while (!full() && !putters_.empty()) {
      Put& next = putters_.pop_front();
      try {
        accept(std::move(next.item));
      } catch (...) {
        next.settle_error(Error(std::current_exception()));
        continue;
      }
      next.settle_value();
    }
  }
  void end_joins() noexcept {
    const CountedPtr<QueueState> hold = self();
    List<JoinNode> done;
    done.take(joins_);
    while (!done.empty())
      done.pop_front().settle_value();
  }

  const std::size_t capacity_;
  std::size_t unfinished_ = 0;
  bool closed_ = false;
  bool abandoned_ = false;
  Store store_;
  Waiters<T, QueueState> getters_;
  List<Put> putters_;
  List<JoinNode> joins_;
};

}  // namespace eddy::detail
