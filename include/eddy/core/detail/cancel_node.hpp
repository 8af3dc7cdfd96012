// SPDX-License-Identifier: MIT
//
// The node of cancel_all().
//
// Not for users.
#pragma once

#include <eddy/core/detail/timed_fork_node.hpp>

#include <utility>
#include <vector>

namespace eddy::detail {

/// A fork that has enough from the beginning.
class CancelNode final : public Pooled<CancelNode, TimedForkNode<void>> {
 public:
  template <class T>
  CancelNode(LoopCore& owner, Site site, Duration grace, std::vector<Future<T>>&& futures)
      : Pooled(owner, site), grace_(grace) {
    watch_all(std::move(futures));
  }
  template <class... T>
  CancelNode(LoopCore& owner, Site site, Duration grace, Future<T>&&... futures)
      : Pooled(owner, site), grace_(grace) {
    (watch(std::move(futures)), ...);
  }

 private:
  Verdict verdict() const noexcept override {
    return expired() ? Verdict::settle : Verdict::cancel_rest;
  }
  void cancels_rest() noexcept override { wait_at_most(grace_); }
  NodeState collect() override {
    stop_waiting();
    return store_value();
  }

  const Duration grace_;
};

}  // namespace eddy::detail
