// SPDX-License-Identifier: MIT
//
// The node of everything that waits for several futures: all, gather, wait, select and the others.
//
// Not for users. A derived node says when it has enough and what comes of it; this one sees to it
// that nests of forks settle, are cancelled, spawned and dropped without stack growth.
#pragma once

#include <eddy/core/detail/fork.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace eddy::detail {

/// What a fork makes of the arms that have settled so far. When all have, it settles in any case.
enum class Verdict {
  wait,         // for more of them
  cancel_rest,  // softly, and wait for all
  settle,       // now; what has not settled is dropped, unless collect() takes it
};

template <class Results>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): it is, by a base that depends
class ForkNode : public ValueNode<Results>, public Fork {
 public:
  ~ForkNode() override {
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
    canceled_ = true;
    if (cancel_arms()) propagate(this);
  }
  /// The turn of a cancel that was put off.
  void run() noexcept override {
    if (canceled_) this->cancel_pending = false;  // one more that came meanwhile is the same
    const bool too_late = canceled_ && complete();
    if (!cancel_arms()) return;
    const bool delivered = this->state == NodeState::error && this->error == Errc::canceled;
    if (too_late && !delivered) this->cancel_pending = true;  // for the next leaf
    propagate(this);
  }
  const char* waits_for() const noexcept override { return "several futures"; }
  /// The losers are being cancelled anyway; what settles passes the cancel on.
  bool stops_cancel() noexcept override { return rest_canceled_; }
  /// An arm has settled.
  bool advance() noexcept override { return this->state == NodeState::waiting && finish(); }
  /// A cancel that an arm's child could not deliver counts unless another did: see settle().
  void inherit_cancel() noexcept override {}
  /// Settles if there is enough already; to be called once all arms are watched.
  void start() noexcept { std::ignore = finish(); }

 protected:
  ForkNode(LoopCore& owner, Site where) noexcept : ValueNode<Results>(owner, where) {
    this->state = NodeState::running;  // until start()
  }

  virtual Verdict verdict() const noexcept = 0;
  /// Moves what came of the arms into this node.
  virtual NodeState collect() = 0;
  /// The arms that have not settled are about to be cancelled, for there is enough.
  virtual void cancels_rest() noexcept {}

  template <class T>
  void watch(Future<T>&& future) {
    arms_.push_back(std::make_unique<Arm>(*this->core, this->site(), *this, arms_.size()));
    arms_.back()->watch(std::move(future));
  }
  template <class T>
  void watch_all(std::vector<Future<T>>&& futures) {
    arms_.reserve(futures.size());
    for (Future<T>& future : futures)
      watch(std::move(future));
  }
  Arm& arm(std::size_t index) noexcept { return *arms_[index]; }
  std::size_t size() const noexcept { return arms_.size(); }
  bool complete() const noexcept { return this->settled_ == arms_.size(); }
  /// Whether a soft cancel from outside was delivered to the arms. If one of them could not take it
  /// the cancel is still on its way, and hits the next leaf after this node.
  bool was_canceled() const noexcept { return canceled_ && !arm_has_cancel(); }
  /// Ends this node if it can. Returns true if it has settled and lives.
  bool finish() noexcept {
    if (!this->dropped && !complete()) {
      const Verdict now = canceled_ ? Verdict::wait : verdict();
      const bool begins = now == Verdict::cancel_rest && !std::exchange(rest_canceled_, true);
      if (begins) return begin_cancel_of_rest();
      this->state = NodeState::waiting;
      if (now != Verdict::settle) return false;
    }
    return settle();
  }

 private:
  bool arm_has_cancel() const noexcept {
    for (const auto& arm : arms_) {
      if (arm->cancel_pending) return true;
    }
    return false;
  }
  bool begin_cancel_of_rest() noexcept {
    cancels_rest();
    return cancel_arms();
  }
  /// Cancels the arms; as finish(). One that settles may end this node, so it is held meanwhile.
  bool cancel_arms() noexcept {
    LoopCore& owner = *this->core;
    if (owner.cancel_depth == max_nesting) {
      enqueue(this);
      return false;
    }
    this->state = NodeState::running;
    ++owner.cancel_depth;
    for (std::size_t i = 0; i < arms_.size() && !this->dropped; ++i)
      arms_[i]->soft_cancel_input();
    --owner.cancel_depth;
    return finish();
  }
  bool settle() noexcept {
    this->state = NodeState::running;  // the drops below run destructors of the user
    const NodeState outcome = this->dropped ? NodeState::waiting : collect_guarded();
    const bool delivered = outcome == NodeState::error && this->error == Errc::canceled;
    if (!delivered && !rest_canceled_ && arm_has_cancel()) this->cancel_pending = true;
    for (auto& arm : arms_) {
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
  bool canceled_ = false;       // by a soft cancel from outside
  bool rest_canceled_ = false;  // by this node, which has enough
};

/// Starts a fork that has all its arms, and makes the future of it.
template <class Results>
Future<Results> started(ForkNode<Results>* node) noexcept {
  node->start();
  return make_future<Results>(node);
}

}  // namespace eddy::detail
