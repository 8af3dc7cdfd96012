// SPDX-License-Identifier: MIT
//
// Waits for several futures at once; the first error drops the rest.
//
// Results come in the order of the arguments. When the rest is to run to its end use
// core/gather.hpp, when errors are results too core/all_settled.hpp.
#pragma once

#include <eddy/core/detail/joint_node.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace eddy {

/// Resolves to the tuple of all values; a Future<void> gives an empty struct.
///
/// Errors: the first of any; the other futures are dropped.
/// Cancel: soft cancel reaches every future; drop drops them all.
template <class... T>
Future<std::tuple<detail::Stored<T>...>> all(Future<T>... futures) {
  static_assert(sizeof...(T) > 0, "all() waits for at least one future");
  using Node = detail::JointTupleNode<detail::Rest::dropped, T...>;
  auto* node =
      Node::make(detail::current_core(), detail::site_of(futures...), std::move(futures)...);
  return detail::started(node);
}

/// Resolves to all values in order; an empty vector is ready at once.
///
/// Errors and cancel as above.
template <class T>
Future<std::vector<detail::Stored<T>>> all(std::vector<Future<T>> futures, Site site = EDDY_HERE) {
  using Node = detail::JointVectorNode<detail::Rest::dropped, T>;
  auto* node = Node::make(detail::current_core(), site, std::move(futures));
  return detail::started(node);
}

}  // namespace eddy
