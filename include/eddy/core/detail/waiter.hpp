// SPDX-License-Identifier: MIT
//
// A leaf that stands in line for something: a permit, an event, an item.
//
// Not for users. A line is first come, first served. Whoever is cancelled or dropped leaves it, and
// what it was waiting for is told, because those behind may now go on.
#pragma once

#include <eddy/core/detail/counted.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/future.hpp>

namespace eddy::detail {

/// Waits in `Owner::waiters` for a T. The owner has `void left() noexcept`, called when a waiter
/// has gone before its turn came; it may have a text `waited_for` that tells people what the line
/// is for.
template <class T, class Owner>
class Waiter final : public Pooled<Waiter<T, Owner>, LeafNode<T>>,
                     public ListLink<Waiter<T, Owner>> {
  using Base = Pooled<Waiter<T, Owner>, LeafNode<T>>;

 public:
  Waiter(LoopCore& of, Site where, CountedPtr<Owner> owner, std::size_t about) noexcept
      : Base(of, where), key(about), owner_(std::move(owner)) {}
  ~Waiter() override { leave(); }

  const char* waits_for() const noexcept override {
    if constexpr (requires { Owner::waited_for; }) {
      return Owner::waited_for;
    } else {
      return "its turn in a line";
    }
  }

  const std::size_t key;  ///< what the owner wants to know of it: how much, or since when

 private:
  void stop() noexcept override { leave(); }
  void leave() noexcept {
    if (!this->linked()) return;
    this->unlink();
    owner_->left();
  }

  CountedPtr<Owner> owner_;
};

template <class T, class Owner>
using Waiters = List<Waiter<T, Owner>>;

/// Puts a new waiter at the end of the owner's line.
template <class T, class Owner>
Future<T> wait_in_line(Owner& owner, Site site, std::size_t key = 0) {
  auto* waiter = Waiter<T, Owner>::make(current_core(), site, CountedPtr<Owner>(&owner), key);
  owner.waiters.push_back(*waiter);
  return make_future<T>(static_cast<ValueNode<T>*>(waiter));
}

}  // namespace eddy::detail
