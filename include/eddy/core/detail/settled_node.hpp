// SPDX-License-Identifier: MIT
//
// The nodes of all_settled(): a Result for every arm.
//
// Not for users.
#pragma once

#include <eddy/core/detail/fork_node.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace eddy::detail {

/// Futures of different types.
template <class... T>
class SettledTupleNode final
    : public Pooled<SettledTupleNode<T...>, ForkNode<std::tuple<Result<T>...>>> {
  using Base = Pooled<SettledTupleNode, ForkNode<std::tuple<Result<T>...>>>;

 public:
  SettledTupleNode(LoopCore& owner, Site site, Future<T>&&... futures) : Base(owner, site) {
    (this->watch(std::move(futures)), ...);
  }

 private:
  Verdict verdict() const noexcept override { return Verdict::wait; }
  NodeState collect() override {
    if (this->was_canceled()) return this->store_error(canceled_error(*this));
    return collect(std::index_sequence_for<T...>());
  }
  template <std::size_t... I>
  NodeState collect(std::index_sequence<I...>) {
    return this->store_value(this->arm(I).template take<T>()...);
  }
};

/// Any number of futures of one type.
template <class T>
class SettledVectorNode final
    : public Pooled<SettledVectorNode<T>, ForkNode<std::vector<Result<T>>>> {
  using Base = Pooled<SettledVectorNode, ForkNode<std::vector<Result<T>>>>;

 public:
  SettledVectorNode(LoopCore& owner, Site site, std::vector<Future<T>>&& futures)
      : Base(owner, site) {
    this->watch_all(std::move(futures));
  }

 private:
  Verdict verdict() const noexcept override { return Verdict::wait; }
  NodeState collect() override {
    if (this->was_canceled()) return this->store_error(canceled_error(*this));
    std::vector<Result<T>> results;
    results.reserve(this->size());
    for (std::size_t i = 0; i < this->size(); ++i)
      results.push_back(this->arm(i).template take<T>());
    return this->store_value(std::move(results));
  }
};

}  // namespace eddy::detail
