// SPDX-License-Identifier: MIT
//
// The leaf behind Loop::next_turn(). Private to core.
#pragma once

#include <eddy/core/detail/value_node.hpp>

#include "core/loop_impl.hpp"

namespace eddy::detail {

/// Waits in the loop's list until libuv has polled once.
class TurnNode final : public Pooled<TurnNode, LeafNode<void>>, private ListLink<TurnNode> {
 public:
  TurnNode(LoopCore& owner, Site site) : Pooled(owner, site) { owner.loop->wait_for_turn(*this); }
  const char* waits_for() const noexcept override { return "the next turn"; }

 private:
  friend class List<TurnNode>;
  void stop() noexcept override { ListLink<TurnNode>::unlink(); }
};

}  // namespace eddy::detail
