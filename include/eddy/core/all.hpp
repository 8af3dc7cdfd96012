// SPDX-License-Identifier: MIT
//
// Waits for several futures at once; the first error drops the rest.
//
// Results come in the order of the arguments.
#pragma once

#include <eddy/core/future.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace eddy {

namespace detail {

/// What a fork knows of its arms without their types.
class Fork {
 protected:
  friend class Arm;

  void count(Node* child) noexcept {
    ++settled_;
    if (child->state == NodeState::error && failed_ == nullptr) failed_ = child;
  }

  Node* failed_ = nullptr;  // the first
  std::size_t settled_ = 0;
};

/// One arm of a fork: a member of it, the consumer of one child.
///
/// It is a link between the child and the fork, so that what settles passes through forks inside
/// forks as it passes through a chain: without stack growth.
class Arm final : public Node {
 public:
  template <class ForkNode>
  Arm(LoopCore& owner, Site where, ForkNode& fork) noexcept : Node(owner, where), fork_(fork) {
    consumer = &fork;
  }
  ~Arm() override {
    if (input != nullptr) drop(std::exchange(input, nullptr));
  }
  void cancel() noexcept override {}
  void destroy() noexcept override {}  // the fork's
  bool advance() noexcept override {
    fork_.count(input);
    return true;
  }
  void soft_cancel_input() noexcept {
    if (input != nullptr && !input->settled()) soft_cancel(input);
  }

 private:
  Fork& fork_;
};

/// Waits until all arms have settled with a value, or one with an error.
template <class Results>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class AllNodeBase : public ValueNode<Results>, public Fork {
 public:
  ~AllNodeBase() override {
    // What dies with one arm may settle another: nothing may come of it any more.
    if (!this->settled()) this->state = NodeState::running;
    arms_.clear();
  }
  void list_arms(Node*& list) noexcept override {
    for (auto& arm : arms_)
      arm->next = std::exchange(list, arm.get());
  }
  /// Soft cancel reaches every arm; that of a fork deep inside others waits for its turn.
  void cancel() noexcept override {
    if (this->core->cancel_depth == max_nesting) return enqueue(this);
    this->state = NodeState::running;
    run();
  }
  /// Cancels the arms. One that settles may end this node, so it is held meanwhile.
  void run() noexcept override {
    LoopCore& owner = *this->core;
    canceling_ = true;
    this->cancel_pending = false;  // one more that came while this one waited is the same
    ++owner.cancel_depth;
    for (std::size_t i = 0; i < arms_.size() && !this->dropped; ++i)
      arms_[i]->soft_cancel_input();
    --owner.cancel_depth;
    if (finish()) propagate(this);
  }
  /// An arm has settled.
  bool advance() noexcept override { return this->state == NodeState::waiting && finish(); }
  /// A cancel that an arm's child could not deliver counts if it comes to a value: see finish().
  void inherit_cancel() noexcept override {}
  /// Settles if everything is there already; to be called once all arms are watched.
  void start() noexcept { std::ignore = finish(); }

 protected:
  AllNodeBase(LoopCore& owner, Site where) noexcept : ValueNode<Results>(owner, where) {
    this->state = NodeState::running;  // until start()
  }

  template <class T>
  void watch(Future<T>&& future) {
    Node* child = release_node(std::move(future));
    arms_.push_back(std::make_unique<Arm>(*this->core, this->site(), *this));
    arms_.back()->input = child;
    child->consumer = arms_.back().get();
    if (child->settled()) this->count(child);
  }
  template <class T>
  ValueNode<T>& child(std::size_t index) noexcept {
    return *static_cast<ValueNode<T>*>(arms_[index]->input);
  }
  std::size_t failed_arm() const noexcept {
    std::size_t index = 0;
    while (arms_[index]->input != this->failed_)
      ++index;
    return index;
  }
  bool failed() const noexcept { return this->failed_ != nullptr; }
  std::size_t size() const noexcept { return arms_.size(); }

 private:
  /// Moves the results, or the first error, into this node.
  virtual NodeState collect() = 0;

  /// Ends this node if it can. Returns true if it has settled and lives.
  bool finish() noexcept {
    this->state = NodeState::waiting;
    // After a soft cancel every arm may finish its clean-up.
    const bool enough = this->settled_ == arms_.size() || (failed() && !canceling_);
    if (!this->dropped && !enough) return false;
    this->state = NodeState::running;  // the drops below run destructors of the user
    const NodeState outcome = this->dropped ? NodeState::waiting : collect_guarded();
    for (auto& arm : arms_) {
      if (outcome == NodeState::value && arm->cancel_pending) this->cancel_pending = true;
      if (arm->input != nullptr) drop(std::exchange(arm->input, nullptr));
    }
    this->state = outcome;
    if (!this->dropped) return true;
    this->destroy();
    return false;
  }
  NodeState collect_guarded() noexcept {
    try {
      return collect();
    } catch (...) {
      return this->store_error(Error(std::current_exception()));
    }
  }

  std::vector<std::unique_ptr<Arm>> arms_;
  bool canceling_ = false;
};

/// all() of futures of different types.
template <class... T>
class AllTupleNode final
    : public Pooled<AllTupleNode<T...>, AllNodeBase<std::tuple<Stored<T>...>>> {
  using Results = std::tuple<Stored<T>...>;

 public:
  AllTupleNode(LoopCore& owner, Site site, Future<T>&&... futures)
      : Pooled<AllTupleNode, AllNodeBase<Results>>(owner, site) {
    (this->watch(std::move(futures)), ...);
  }

 private:
  NodeState collect() override { return collect(std::index_sequence_for<T...>()); }
  template <std::size_t... I>
  NodeState collect(std::index_sequence<I...>) {
    if (!this->failed()) {
      const NodeState outcome = this->store_value(std::move(this->template child<T>(I).value)...);
      (this->template child<T>(I).drop_value(), ...);  // so that no leaf takes it back
      return outcome;
    }
    NodeState outcome = NodeState::waiting;
    const std::size_t failed = this->failed_arm();
    ((I == failed ? void(outcome = this->store_error(this->template child<T>(I).take_error()))
                  : void()),
     ...);
    return outcome;
  }
};

/// all() of any number of futures of one type.
template <class T>
class AllVectorNode final : public Pooled<AllVectorNode<T>, AllNodeBase<std::vector<Stored<T>>>> {
  using Results = std::vector<Stored<T>>;

 public:
  AllVectorNode(LoopCore& owner, Site site, std::vector<Future<T>>&& futures)
      : Pooled<AllVectorNode, AllNodeBase<Results>>(owner, site) {
    for (Future<T>& future : futures)
      this->watch(std::move(future));
  }

 private:
  NodeState collect() override {
    if (this->failed()) {
      return this->store_error(this->template child<T>(this->failed_arm()).take_error());
    }
    Results results;
    results.reserve(this->size());
    for (std::size_t i = 0; i < this->size(); ++i) {
      results.push_back(std::move(this->template child<T>(i).value));
      this->template child<T>(i).drop_value();  // so that no leaf takes it back
    }
    return this->store_value(std::move(results));
  }
};

template <class Results>
Future<Results> started(AllNodeBase<Results>* node) noexcept {
  node->start();
  return make_future<Results>(node);
}

}  // namespace detail

/// Resolves to the tuple of all values; a Future<void> gives an empty struct.
///
/// Errors: the first of any; the other futures are dropped.
/// Cancel: soft cancel reaches every future; drop drops them all.
template <class... T>
Future<std::tuple<detail::Stored<T>...>> all(Future<T>... futures) {
  static_assert(sizeof...(T) > 0, "all() waits for at least one future");
  using Node = detail::AllTupleNode<T...>;
  auto* node = Node::make(detail::current_core(), EDDY_HERE, std::move(futures)...);
  return detail::started(node);
}

/// Resolves to all values in order; an empty vector is ready at once.
///
/// Errors and cancel as above.
template <class T>
Future<std::vector<detail::Stored<T>>> all(std::vector<Future<T>> futures, Site site = EDDY_HERE) {
  auto* node = detail::AllVectorNode<T>::make(detail::current_core(), site, std::move(futures));
  return detail::started(node);
}

}  // namespace eddy
