// SPDX-License-Identifier: MIT
//
// The typed part of a link: room for a value or an error, and how results move from link to link.
//
// Not for users. See step_node.hpp for the links that run continuations.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/core/detail/node.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace eddy::detail {

/// What stands for the value of a Future<void>.
struct Unit {};

template <class T>
using Stored = std::conditional_t<std::is_void_v<T>, Unit, T>;

/// A link whose result is a T.
template <class T>
class ValueNode : public Node {
 public:
  /// Stores the result without settling: the caller sets `state` when its own work is over.
  template <class... Args>
  NodeState store_value(Args&&... args) {
    std::construct_at(&value, std::forward<Args>(args)...);
    return NodeState::value;
  }
  /// The same where nobody could catch: what the value throws becomes the result.
  template <class... Args>
  NodeState keep_value(Args&&... args) noexcept {
    if constexpr (std::is_nothrow_constructible_v<Stored<T>, Args...>) {
      return store_value(std::forward<Args>(args)...);
    } else {
      try {
        return store_value(std::forward<Args>(args)...);
      } catch (...) {
        return store_error(Error(std::current_exception()));
      }
    }
  }
  NodeState store_error(Error&& failure) noexcept {
    std::construct_at(&error, std::move(failure));
    return NodeState::error;
  }
  NodeState store(Result<T>&& result) {
    if (!result.has_value()) return store_error(std::move(result).error());
    if constexpr (std::is_void_v<T>) {
      return store_value();
    } else {
      return store_value(*std::move(result));
    }
  }

  /// Moves the result out of a settled node.
  Result<T> take() {
    EDDY_ASSERT(state == NodeState::value || state == NodeState::error, "no result to take");
    if (state == NodeState::error) return take_error();
    if constexpr (std::is_void_v<T>) {
      drop_value();
      return Result<void>();
    } else {
      Result<T> result(std::move(value));
      drop_value();
      return result;
    }
  }
  Error take_error() noexcept {
    Error failure(std::move(error));
    if (core->debug) [[unlikely]]
      note_passage(*this, failure);
    std::destroy_at(&error);
    state = NodeState::taken;
    return failure;
  }
  void drop_value() noexcept {
    std::destroy_at(&value);
    state = NodeState::taken;
  }
  /// drop_value() before destroy(), which does nothing to a plain value either way.
  void use_up() noexcept {
    if constexpr (!std::is_trivially_destructible_v<Stored<T>>) drop_value();
  }

  ~ValueNode() override {
    if (state == NodeState::value) {
      std::destroy_at(&value);
    } else if (state == NodeState::error) [[unlikely]] {
      reset();
    }
  }

  union {
    Stored<T> value;
    Error error;
  };

 protected:
  ValueNode(LoopCore& owner, Site where, NodeRole as = NodeRole::other) noexcept
      : Node(owner, where, as) {}

  /// Drops the result; an error that nobody took is reported. Out of line: destroy() is everywhere.
  [[gnu::noinline]] void reset() noexcept {
    if (state == NodeState::value) {
      drop_value();
    } else if (state == NodeState::error) {
      const Error unread = take_error();
      if (!(unread == Errc::canceled)) report_unread(*core, unread, site());
    }
  }

  /// Takes over the result of `from`, which is destroyed. Returns whether this node settled: a
  /// destructor that runs on the way may have dropped it.
  bool settle_from(ValueNode* from) noexcept {
    input = nullptr;
    state = NodeState::running;
    const NodeState outcome = from->state == NodeState::value ? keep_value(std::move(from->value))
                                                              : store_error(from->take_error());
    if (from->state == NodeState::value) from->drop_value();
    return settle_after(from, outcome);
  }
  /// Whether the value of `from` stays with it: see NodeRole::lends.
  static bool lends(const ValueNode* from) noexcept {
    return from->role == NodeRole::lends && from->state == NodeState::value;
  }
  /// settle_from() for a link that only hands on: what is lent stays where it is.
  bool hand_on(ValueNode* from) noexcept {
    if (!lends(from)) [[likely]]
      return settle_from(from);
    state = NodeState::lent;
    return true;
  }
  /// Settles with what the input lends; `release` ends what this link owns, for it goes unnoticed.
  template <class Release>
  [[gnu::noinline]] bool lend_on(Release release) noexcept {
    state = NodeState::running;
    release();
    state = NodeState::lent;
    if (!dropped) [[likely]]
      return true;
    destroy();
    return false;
  }
  /// The same for an error that passes a link of another type.
  template <class U>
  bool settle_from_error(ValueNode<U>* from) noexcept {
    return settle_after(from, store_error(from->take_error()));
  }

  /// Destroys `input`, then settles as `outcome`.
  bool settle_after(Node* spent, NodeState outcome) noexcept {
    input = nullptr;
    spent->consumer = nullptr;
    state = NodeState::running;
    spent->destroy();
    state = outcome;
    if (!dropped) [[likely]]
      return true;
    destroy();
    return false;
  }
};

/// Destroys a settled link whose result was taken out of it, or tried to be: a value that is still
/// there was moved from, or threw as it moved, and goes back to nobody.
template <class T>
class Spent {
 public:
  explicit Spent(ValueNode<T>* node) noexcept : node_(node) {}
  Spent(const Spent&) = delete;
  Spent& operator=(const Spent&) = delete;
  ~Spent() {
    if (node_->state == NodeState::value) node_->drop_value();
    node_->destroy();
  }
  ValueNode<T>* operator->() const noexcept { return node_; }

 private:
  ValueNode<T>* const node_;
};

/// drop() with a short way for a plain value that nobody took and whose function has run: it owns
/// no chain. Other links may still hold captures, whose drops must be counted.
template <class T>
void drop_result(ValueNode<T>* node) noexcept {
  if constexpr (std::is_trivially_destructible_v<Stored<T>>) {
    const bool plain = node->state == NodeState::value && node->role > NodeRole::lends;
    if (plain && !node->core->debug) [[likely]]
      return node->destroy();
  }
  drop(node);
}

/// Gives a node its destroy() and its place in the block pool.
template <class Derived, class Base>
class Pooled : public Base {
 public:
  /// The compiler sees that nothing is called on the short way if T and the captures are plain.
  void destroy() noexcept override {
    if (this->task != nullptr || this->state == NodeState::error) return destroy_whole();
    free();
  }
  template <class... Args>
  static Derived* make(LoopCore& owner, Args&&... args) {
    void* block = owner.allocate(sizeof(Derived));
    try {
      return ::new (block) Derived(owner, std::forward<Args>(args)...);
    } catch (...) {  // a capture that cannot be copied
      owner.deallocate(block, sizeof(Derived));
      throw;
    }
  }

 protected:
  using Base::Base;

 private:
  [[gnu::noinline]] void destroy_whole() noexcept { free(); }
  void free() noexcept {
    LoopCore& owner = *this->core;
    auto* self = static_cast<Derived*>(this);
    self->~Derived();
    owner.deallocate(self, sizeof(Derived));
  }
};

/// A leaf that some piece of the loop will settle: a timer, a read, a promise.
///
/// stop() takes it away from there; cancel calls it, and the destructor of the derived class must
/// do as much if it has not settled.
template <class T>
class LeafNode : public ValueNode<T> {
 public:
  void cancel() noexcept override {
    this->state = NodeState::running;  // others may go on when this one has gone, and drop it
    stop();
    if (this->dropped) return this->destroy();
    this->cancel_pending = false;  // one more that came meanwhile is the same
    settle_error(canceled_error(*this));
  }
  template <class... Args>
  void settle_value(Args&&... args) noexcept {
    if constexpr (std::is_trivially_copyable_v<Stored<T>>) {
      this->state = this->keep_value(std::forward<Args>(args)...);
    } else {
      this->state = NodeState::running;  // the value's own move may drop the chain
      this->state = this->keep_value(std::forward<Args>(args)...);
      if (this->dropped) [[unlikely]]
        return this->destroy();
    }
    propagate(this);
  }
  void settle_error(Error failure) noexcept {
    this->state = this->store_error(std::move(failure));
    propagate(this);
  }
  void settle(Result<T>&& result) noexcept {
    if (!result.has_value()) return settle_error(std::move(result).error());
    if constexpr (std::is_void_v<T>) {
      settle_value();
    } else {
      settle_value(*std::move(result));
    }
  }

 protected:
  using ValueNode<T>::ValueNode;
  virtual void stop() noexcept = 0;
};

/// A link that was settled when it was made.
template <class T>
class ReadyNode final : public Pooled<ReadyNode<T>, ValueNode<T>> {
 public:
  ReadyNode(LoopCore& owner, Site site, Result<T>&& result)
      : Pooled<ReadyNode<T>, ValueNode<T>>(owner, site) {
    this->state = this->store(std::move(result));
  }
  void cancel() noexcept override {}
};

}  // namespace eddy::detail
