// SPDX-License-Identifier: MIT
//
// A leaf that waits for room, with what it wants to put there.
//
// Not for users.
#pragma once

#include <eddy/core/detail/list.hpp>
#include <eddy/core/future.hpp>

#include <type_traits>
#include <utility>

namespace eddy::detail {

template <class T>
class PutNode final : public Pooled<PutNode<T>, LeafNode<void>>, public ListLink<PutNode<T>> {
  using Base = Pooled<PutNode<T>, LeafNode<void>>;

 public:
  PutNode(LoopCore& owner, Site where, T&& put) : Base(owner, where), item(std::move(put)) {}
  const char* waits_for() const noexcept override { return "room in a queue"; }

  T item;

 private:
  void stop() noexcept override { this->unlink(); }
};

/// Puts a new one at the end of the line.
template <class T>
Future<void> wait_for_room(List<PutNode<T>>& line, std::type_identity_t<T>&& item, Site site) {
  PutNode<T>* waiting = PutNode<T>::make(current_core(), site, std::move(item));
  line.push_back(*waiting);
  return make_future<void>(static_cast<ValueNode<void>*>(waiting));
}

}  // namespace eddy::detail
