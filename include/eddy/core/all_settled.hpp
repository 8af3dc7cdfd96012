// SPDX-License-Identifier: MIT
//
// Waits until several futures have settled, each in its own way.
//
// For values alone use core/gather.hpp or core/all.hpp, which fail with the first error.
#pragma once

#include <eddy/core/detail/settled_node.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace eddy {

/// Resolves to the tuple of all Results, in the order of the arguments.
///
/// An error in a Result counts as read, also that of a future that was cancelled by itself.
/// Errors: Errc::canceled, by soft cancel alone.
/// Cancel: soft cancel reaches every future, and when all have settled the whole is canceled; what
/// they came to is dropped. Drop drops them all.
template <class... T>
Future<std::tuple<Result<T>...>> all_settled(Future<T>... futures) {
  static_assert(sizeof...(T) > 0, "all_settled() waits for at least one future");
  using Node = detail::SettledTupleNode<T...>;
  auto* node =
      Node::make(detail::current_core(), detail::site_of(futures...), std::move(futures)...);
  return detail::started(node);
}

/// Resolves to all Results in order; an empty vector is ready at once.
///
/// Errors and cancel as above.
template <class T>
Future<std::vector<Result<T>>> all_settled(std::vector<Future<T>> futures, Site site = EDDY_HERE) {
  using Node = detail::SettledVectorNode<T>;
  auto* node = Node::make(detail::current_core(), site, std::move(futures));
  return detail::started(node);
}

}  // namespace eddy
