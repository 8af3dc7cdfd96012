// SPDX-License-Identifier: MIT
//
// Waits for some of several futures and gives all of them back, alive.
//
// For those who want to go on with what has not settled. When the rest is to end use
// core/select.hpp or core/all.hpp, when all results are wanted core/all_settled.hpp.
#pragma once

#include <eddy/core/detail/wait_node.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace eddy {

/// Resolves to all futures, sorted by whether they have settled.
///
/// It never fails and never cancels anything. Whoever gets the pending ones keeps them, waits
/// again, cancels them by cancel_all() or drops them.
/// Cancel: soft cancel makes it resolve at once, and hits what the chain waits for next; the
/// futures themselves are not reached. Drop drops them all.
template <class T>
Future<Waited<T>> wait(When when, std::vector<Future<T>> futures, Site site = EDDY_HERE) {
  using Node = detail::WaitVectorNode<T>;
  auto* node = Node::make(detail::current_core(), site, when, nullptr, std::move(futures));
  return detail::started(node);
}
/// The same, and no longer than `limit`.
template <class T>
Future<Waited<T>> wait(When when,
                       Duration limit,
                       std::vector<Future<T>> futures,
                       Site site = EDDY_HERE) {
  using Node = detail::WaitVectorNode<T>;
  auto* node = Node::make(detail::current_core(), site, when, &limit, std::move(futures));
  return detail::started(node);
}

/// Resolves to the futures as they were given; ready() tells which of them have settled.
///
/// Cancel: as above.
template <class... T>
Future<std::tuple<Future<T>...>> wait(When when, Future<T>... futures) {
  static_assert(sizeof...(T) > 0, "wait() waits for at least one future");
  using Node = detail::WaitTupleNode<T...>;
  auto* node = Node::make(
      detail::current_core(), detail::site_of(futures...), when, nullptr, std::move(futures)...);
  return detail::started(node);
}
/// The same, and no longer than `limit`.
template <class... T>
Future<std::tuple<Future<T>...>> wait(When when, Duration limit, Future<T>... futures) {
  static_assert(sizeof...(T) > 0, "wait() waits for at least one future");
  using Node = detail::WaitTupleNode<T...>;
  auto* node = Node::make(
      detail::current_core(), detail::site_of(futures...), when, &limit, std::move(futures)...);
  return detail::started(node);
}

}  // namespace eddy
