// SPDX-License-Identifier: MIT
//
// Waits for several futures at once; an error leaves the rest running.
//
// Results come in the order of the arguments. When nobody needs the rest after an error use
// core/all.hpp, which drops it; to see what is there at the first error use core/wait.hpp.
#pragma once

#include <eddy/core/all_settled.hpp>
#include <eddy/core/detail/joint_node.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace eddy {

/// Says that errors take their place among the results of a gather().
struct ReturnErrors {};
inline constexpr ReturnErrors return_errors{};

/// Resolves to the tuple of all values; a Future<void> gives an empty struct.
///
/// Nobody but the gather owns its futures, so it is there until the last of them has settled: after
/// an error the others run to their end, and then it fails.
/// Errors: the first of any; those that follow are reported as unread. A future that was cancelled
/// by itself is an error like any other, and cancels nothing else.
/// Cancel: soft cancel reaches every future that has not settled, and when all have settled the
/// whole is canceled; errors beside that are reported as unread. Drop drops them all.
template <class... T>
Future<std::tuple<detail::Stored<T>...>> gather(Future<T>... futures) {
  static_assert(sizeof...(T) > 0, "gather() waits for at least one future");
  using Node = detail::JointTupleNode<detail::Rest::runs_on, T...>;
  auto* node =
      Node::make(detail::current_core(), detail::site_of(futures...), std::move(futures)...);
  return detail::started(node);
}

/// Resolves to all values in order; an empty vector is ready at once.
///
/// Errors and cancel as above.
template <class T>
Future<std::vector<detail::Stored<T>>> gather(std::vector<Future<T>> futures,
                                              Site site = EDDY_HERE) {
  using Node = detail::JointVectorNode<detail::Rest::runs_on, T>;
  auto* node = Node::make(detail::current_core(), site, std::move(futures));
  return detail::started(node);
}

/// all_settled() under the name by which asyncio knows it.
template <class... T>
Future<std::tuple<Result<T>...>> gather(ReturnErrors, Future<T>... futures) {
  return all_settled(std::move(futures)...);
}
template <class T>
Future<std::vector<Result<T>>> gather(ReturnErrors,
                                      std::vector<Future<T>> futures,
                                      Site site = EDDY_HERE) {
  return all_settled(std::move(futures), site);
}

}  // namespace eddy
