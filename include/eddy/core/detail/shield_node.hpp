// SPDX-License-Identifier: MIT
//
// The node of shield().
//
// Not for users.
#pragma once

#include <eddy/core/detail/value_node.hpp>

namespace eddy::detail {

/// Soft cancel stops here and takes the place of what the work came to.
template <class T>
class ShieldNode final : public Pooled<ShieldNode<T>, ValueNode<T>> {
 public:
  ShieldNode(LoopCore& owner, Site site) noexcept
      : Pooled<ShieldNode<T>, ValueNode<T>>(owner, site) {}

  void cancel() noexcept override {}
  bool stops_cancel() noexcept override { return true; }
  bool advance() noexcept override {
    auto* from = static_cast<ValueNode<T>*>(this->input);
    if (!std::exchange(this->cancel_pending, false)) return this->hand_on(from);
    if (this->lends(from)) from->dropped = true;  // nobody gets it, and it goes back
    return this->settle_after(from, this->store_error(canceled_error(*this)));
  }
};

}  // namespace eddy::detail
