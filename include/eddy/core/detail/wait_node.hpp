// SPDX-License-Identifier: MIT
//
// The nodes of wait(): they give back what they were given.
//
// Not for users.
#pragma once

#include <eddy/core/detail/timed_fork_node.hpp>
#include <eddy/core/waited.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace eddy::detail {

/// The part that does not depend on how the arms were given.
template <class Results>
class WaitNode : public TimedForkNode<Results> {
 public:
  /// Gives back at once what there is; the cancel itself hits the next leaf.
  void cancel() noexcept override {
    interrupted_ = true;
    this->cancel_pending = true;
    if (this->finish()) propagate(this);
  }

 protected:
  WaitNode(LoopCore& owner, Site site, When when) noexcept
      : TimedForkNode<Results>(owner, site), when_(when) {}

 private:
  Verdict verdict() const noexcept final {
    return enough() || interrupted_ || this->expired() ? Verdict::settle : Verdict::wait;
  }
  bool enough() const noexcept {
    switch (when_) {
      case When::first_completed:
        return this->first_ != nullptr;
      case When::first_exception:
        return this->broken_;
      case When::all_completed:
        return false;  // a fork that is complete is not asked
    }
    return false;
  }

  const When when_;
  bool interrupted_ = false;
};

/// Futures of different types.
template <class... T>
class WaitTupleNode final : public Pooled<WaitTupleNode<T...>, WaitNode<std::tuple<Future<T>...>>> {
  using Base = Pooled<WaitTupleNode, WaitNode<std::tuple<Future<T>...>>>;

 public:
  WaitTupleNode(
      LoopCore& owner, Site site, When when, const Duration* limit, Future<T>&&... futures)
      : Base(owner, site, when) {
    if (limit != nullptr) this->wait_at_most(clip_to_deadline(owner, *limit).wait);
    (this->watch(std::move(futures)), ...);
  }

 private:
  NodeState collect() override {
    this->stop_waiting();
    return collect(std::index_sequence_for<T...>());
  }
  template <std::size_t... I>
  NodeState collect(std::index_sequence<I...>) {
    return this->store_value(this->arm(I).template release<T>()...);
  }
};

/// Any number of futures of one type.
template <class T>
class WaitVectorNode final : public Pooled<WaitVectorNode<T>, WaitNode<Waited<T>>> {
  using Base = Pooled<WaitVectorNode, WaitNode<Waited<T>>>;

 public:
  WaitVectorNode(LoopCore& owner,
                 Site site,
                 When when,
                 const Duration* limit,
                 std::vector<Future<T>>&& futures)
      : Base(owner, site, when) {
    if (limit != nullptr) this->wait_at_most(clip_to_deadline(owner, *limit).wait);
    this->watch_all(std::move(futures));
  }

 private:
  NodeState collect() override {
    this->stop_waiting();
    Waited<T> all;
    all.done.resize(this->settled_);
    all.pending.reserve(this->size() - this->settled_);
    for (std::size_t i = 0; i < this->size(); ++i) {
      Arm& arm = this->arm(i);
      if (arm.settled()) {
        all.done[arm.order()] = {i, arm.release<T>()};
      } else {
        all.pending.push_back({i, arm.release<T>()});
      }
    }
    return this->store_value(std::move(all));
  }
};

}  // namespace eddy::detail
