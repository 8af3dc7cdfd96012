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

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/future.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace eddy::detail {

template <class T, class Store>
class QueueState;

/// Who waits for an item. One that was given an item and is dropped before anybody took it gives it
/// back.
template <class T, class Store>
class GetNode final : public Pooled<GetNode<T, Store>, LeafNode<T>>,
                      public ListLink<GetNode<T, Store>> {
  using Base = Pooled<GetNode<T, Store>, LeafNode<T>>;

 public:
  GetNode(LoopCore& owner, Site where, CountedPtr<QueueState<T, Store>> queue) noexcept
      : Base(owner, where), queue_(std::move(queue)) {}
  ~GetNode() override {
    if (this->state == NodeState::value) queue_->give_back(std::move(this->value));
  }
  const char* waits_for() const noexcept override { return "an item of a queue"; }

 private:
  void stop() noexcept override { this->unlink(); }

  CountedPtr<QueueState<T, Store>> queue_;
};

/// Who waits for room, with the item.
template <class T, class Store>
class PutNode final : public Pooled<PutNode<T, Store>, LeafNode<void>>,
                      public ListLink<PutNode<T, Store>> {
  using Base = Pooled<PutNode<T, Store>, LeafNode<void>>;

 public:
  PutNode(LoopCore& owner, Site where, T&& put) : Base(owner, where), item(std::move(put)) {}
  const char* waits_for() const noexcept override { return "room in a queue"; }

  T item;

 private:
  void stop() noexcept override { this->unlink(); }
};

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
  using Get = GetNode<T, Store>;
  using Put = PutNode<T, Store>;

 public:
  QueueState(std::size_t capacity, Store&& store) : capacity_(capacity), store_(std::move(store)) {}

  Future<void> put(T&& item, Site site) {
    if (closed_) return failed_future<void>(why(), site);
    if (try_put(item)) return ready_future(site);
    Put* waiting = Put::make(current_core(), site, std::move(item));
    putters_.push_back(*waiting);
    return make_future<void>(static_cast<ValueNode<void>*>(waiting));
  }
  /// Moves from `item` only if there is room.
  bool try_put(T& item) {
    if (closed_ || full()) return false;
    ++unfinished_;
    accept(std::move(item));
    return true;
  }

  Future<T> get(Site site) {
    if (std::optional<T> item = try_get()) return ready_item(*std::move(item), site);
    if (closed_) return failed_future<T>(why(), site);
    Get* waiting = Get::make(current_core(), site, self());
    getters_.push_back(*waiting);
    return make_future<T>(static_cast<ValueNode<T>*>(waiting));
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
  void give_back(T&& item) noexcept {
    if (abandoned_) return;
    if (!getters_.empty()) return getters_.pop_front().settle_value(std::move(item));
    store_.put_back(std::move(item));
  }

  std::size_t size() const noexcept { return store_.size(); }
  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t unfinished() const noexcept { return unfinished_; }
  bool full() const noexcept { return store_.size() >= capacity_; }
  bool closed() const noexcept { return closed_; }

 private:
  static Error why() { return Error(Errc::closed, "queue"); }
  CountedPtr<QueueState> self() noexcept { return CountedPtr<QueueState>(this); }

  void accept(T&& item) {
    if (getters_.empty()) return store_.put(std::move(item));
    getters_.pop_front().settle_value(std::move(item));
  }
  /// Lets those in who wait for room.
  void let_in() {
    while (!full() && !putters_.empty()) {
      Put& next = putters_.pop_front();
      ++unfinished_;
      accept(std::move(next.item));
      next.settle_value();
    }
  }
  /// An item that is there already is given back like any other.
  Future<T> ready_item(T&& item, Site site) {
    Get* ready = Get::make(current_core(), site, self());
    ready->state = ready->keep_value(std::move(item));
    return make_future<T>(static_cast<ValueNode<T>*>(ready));
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
  List<Get> getters_;
  List<Put> putters_;
  List<JoinNode> joins_;
};

}  // namespace eddy::detail
