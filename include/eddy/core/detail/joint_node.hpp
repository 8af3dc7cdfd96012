// SPDX-License-Identifier: MIT
//
// What all() and gather() have in common: all values in order, or the first error.
//
// Not for users.
#pragma once

#include <eddy/core/detail/fork_node.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace eddy::detail {

/// What the first error means for the arms that have not settled.
enum class Rest {
  dropped,
  runs_on,
};

/// The part that does not depend on how the arms were given.
template <Rest rest, class Results>
class JointNode : public ForkNode<Results> {
 protected:
  using ForkNode<Results>::ForkNode;

  /// Whether the values are to be collected; if not, `outcome` is stored already.
  bool has_values(NodeState& outcome) noexcept {
    if (rest == Rest::runs_on && this->was_canceled()) {
      outcome = this->store_error(canceled_error(*this));
    } else if (this->failed_ != nullptr) {
      outcome = this->store_error(this->failed_->take_error());
    }
    return outcome == NodeState::waiting;
  }

 private:
  Verdict verdict() const noexcept final {
    const bool enough = rest == Rest::dropped && this->failed_ != nullptr;
    return enough ? Verdict::settle : Verdict::wait;
  }
};

/// Futures of different types.
template <Rest rest, class... T>
class JointTupleNode final
    : public Pooled<JointTupleNode<rest, T...>, JointNode<rest, std::tuple<Stored<T>...>>> {
  using Base = Pooled<JointTupleNode, JointNode<rest, std::tuple<Stored<T>...>>>;

 public:
  JointTupleNode(LoopCore& owner, Site site, Future<T>&&... futures) : Base(owner, site) {
    (this->watch(std::move(futures)), ...);
  }

 private:
  NodeState collect() override { return collect(std::index_sequence_for<T...>()); }
  template <std::size_t... I>
  NodeState collect(std::index_sequence<I...>) {
    NodeState outcome = NodeState::waiting;
    if (!this->has_values(outcome)) return outcome;
    outcome = this->store_value(std::move(this->arm(I).template child<T>().value)...);
    (this->arm(I).template child<T>().drop_value(), ...);  // so that no leaf takes it back
    return outcome;
  }
};

/// Any number of futures of one type.
template <Rest rest, class T>
class JointVectorNode final
    : public Pooled<JointVectorNode<rest, T>, JointNode<rest, std::vector<Stored<T>>>> {
  using Base = Pooled<JointVectorNode, JointNode<rest, std::vector<Stored<T>>>>;

 public:
  JointVectorNode(LoopCore& owner, Site site, std::vector<Future<T>>&& futures)
      : Base(owner, site) {
    this->watch_all(std::move(futures));
  }

 private:
  NodeState collect() override {
    NodeState outcome = NodeState::waiting;
    if (!this->has_values(outcome)) return outcome;
    std::vector<Stored<T>> results;
    results.reserve(this->size());
    for (std::size_t i = 0; i < this->size(); ++i) {
      results.push_back(std::move(this->arm(i).template child<T>().value));
      this->arm(i).template child<T>().drop_value();  // so that no leaf takes it back
    }
    return this->store_value(std::move(results));
  }
};

}  // namespace eddy::detail
