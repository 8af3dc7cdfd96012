// SPDX-License-Identifier: MIT
//
// Drops work whose failure somebody was told of in another way.
#pragma once

#include <eddy/core/future.hpp>

#include <tuple>
#include <utility>

namespace eddy::detail {

/// Drops a chain of futures of nothing. An error that is on its way through it is as good as read.
inline void forget(Future<void>&& chain) noexcept {
  if (!chain.valid()) return;
  ValueNode<void>* const last = release_node(std::move(chain));
  for (Node* each = last; each != nullptr; each = each->input) {
    if (each->state != NodeState::error) continue;
    std::ignore = static_cast<ValueNode<void>*>(each)->take_error();
  }
  drop(last);
}

}  // namespace eddy::detail
