// SPDX-License-Identifier: MIT
//
// The arms of a fork: what a node that waits for several futures knows of them without their types.
//
// Not for users. See fork_node.hpp for the node itself.
#pragma once

#include <eddy/core/future.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace eddy::detail {

class Fork;

/// One arm of a fork: a member of it, the consumer of one child.
///
/// It is a link between the child and the fork, so that what settles passes through forks inside
/// forks as it passes through a chain: without stack growth.
class Arm final : public Node {
 public:
  template <class ForkNode>
  Arm(LoopCore& owner, Site where, ForkNode& fork, std::size_t at) noexcept
      : Node(owner, where), index(at), fork_(fork) {
    consumer = &fork;
  }
  ~Arm() override {
    if (input != nullptr) drop(std::exchange(input, nullptr));
  }

  template <class T>
  void watch(Future<T>&& future) noexcept;
  void cancel() noexcept override {}
  void destroy() noexcept override {}  // the fork's
  bool advance() noexcept override;
  void soft_cancel_input() noexcept {
    if (input != nullptr && !input->settled()) soft_cancel(input);
  }

  bool settled() const noexcept { return order_ != unsettled; }
  /// How many arms settled before this one.
  std::size_t order() const noexcept { return order_; }
  /// The child's error, which is read thereby.
  Error take_error() noexcept {
    Error& held = error_of_(input);
    if (core->debug) [[unlikely]]
      note_passage(*input, held);
    Error taken(std::move(held));
    std::destroy_at(&held);
    input->state = NodeState::taken;
    return taken;
  }
  template <class T>
  ValueNode<T>& child() noexcept {
    return *static_cast<ValueNode<T>*>(input);
  }
  /// The child's value or error.
  template <class T>
  Result<T> take() {
    return child<T>().take();
  }
  /// Gives the child back to the user, settled or not.
  template <class T>
  Future<T> release() noexcept {
    auto* node = static_cast<ValueNode<T>*>(std::exchange(input, nullptr));
    node->consumer = nullptr;
    return make_future(node);
  }

  const std::size_t index;

 private:
  friend class Fork;
  static constexpr std::size_t unsettled = static_cast<std::size_t>(-1);

  Fork& fork_;
  Error& (*error_of_)(Node*) noexcept = nullptr;
  std::size_t order_ = unsettled;
};

/// What has happened to the arms so far.
class Fork {
 protected:
  friend class Arm;

  void count(Arm& arm) noexcept {
    arm.order_ = settled_++;
    if (first_ == nullptr) first_ = &arm;
    if (arm.input->state != NodeState::error) {
      if (succeeded_ == nullptr) succeeded_ = &arm;
      return;
    }
    if (failed_ == nullptr) failed_ = &arm;
    broken_ = broken_ || !(arm.error_of_(arm.input) == Errc::canceled);
  }

  Arm* first_ = nullptr;      // to settle
  Arm* failed_ = nullptr;     // the first
  Arm* succeeded_ = nullptr;  // the first
  bool broken_ = false;       // one failed otherwise than by cancellation
  std::size_t settled_ = 0;
};

inline bool Arm::advance() noexcept {
  fork_.count(*this);
  return true;
}

template <class T>
void Arm::watch(Future<T>&& future) noexcept {
  error_of_ = [](Node* node) noexcept -> Error& {
    return static_cast<ValueNode<T>*>(node)->error;
  };
  input = release_node(std::move(future));
  input->consumer = this;
  if (!input->settled()) return;
  if (input->cancel_pending) inherit_cancel();
  fork_.count(*this);
}

}  // namespace eddy::detail
