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

#include <cstddef>
#include <utility>

namespace eddy::detail {

template <class T, class Owner>
class Waiter;

/// An owner that wants back what a waiter was given and nobody took:
/// `void untaken(Waiter<T, Owner>&) noexcept`.
template <class T, class Owner>
concept TakesBack = requires(Owner& owner, Waiter<T, Owner>& waiter) {
  owner.untaken(waiter);
};

/// Waits in a line of `Owner` for a T. The owner has `void left() noexcept`, called when a waiter
/// has gone before its turn came; it may have a text `waited_for` that tells people what the line
/// is for.
///
/// Values that must not be lost give themselves back in their destructor (a Permit), or the owner
/// TakesBack; then the waiter lends its value, and gives it back if it is dropped with it. So code
/// that moves a value out of a node and then drops that node calls drop_value() in between.
template <class T, class Owner>
class Waiter final : public Pooled<Waiter<T, Owner>, LeafNode<T>>,
                     public ListLink<Waiter<T, Owner>> {
  using Base = Pooled<Waiter<T, Owner>, LeafNode<T>>;

 public:
  Waiter(LoopCore& of, Site where, CountedPtr<Owner> owner, std::size_t about) noexcept
      : Base(of, where, TakesBack<T, Owner> ? NodeRole::lends : NodeRole::other),
        key(about),
        owner_(std::move(owner)) {}
  ~Waiter() override {
    leave();
    if constexpr (TakesBack<T, Owner>) {
      if (this->dropped && this->state == NodeState::value) owner_->untaken(*this);
    }
  }

  const char* waits_for() const noexcept override {
    if constexpr (requires { Owner::waited_for; }) {
      return Owner::waited_for;
    } else {
      return "its turn in a line";
    }
  }

  std::size_t key;  ///< what the owner wants to know of it: how much, or since when

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
Future<T> wait_in_line(Owner& owner, Waiters<T, Owner>& line, Site site, std::size_t key = 0) {
  auto* waiter = Waiter<T, Owner>::make(current_core(), site, CountedPtr<Owner>(&owner), key);
  line.push_back(*waiter);
  return make_future<T>(static_cast<ValueNode<T>*>(waiter));
}
template <class T, class Owner>
Future<T> wait_in_line(Owner& owner, Site site, std::size_t key = 0) {
  return wait_in_line<T>(owner, owner.waiters, site, key);
}

/// The future of one whose turn it is at once, and who gives back like any other.
template <class T, class Owner, class... Value>
Future<T> served_at_once(Owner& owner, Site site, std::size_t key, Value&&... value) {
  auto* waiter = Waiter<T, Owner>::make(current_core(), site, CountedPtr<Owner>(&owner), key);
  waiter->state = waiter->keep_value(std::forward<Value>(value)...);
  return make_future<T>(static_cast<ValueNode<T>*>(waiter));
}

}  // namespace eddy::detail
