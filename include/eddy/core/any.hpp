// SPDX-License-Identifier: MIT
//
// Waits for the first success of several futures.
//
// Errors count only if nothing else comes. For whatever settles first use core/select.hpp.
#pragma once

#include <eddy/core/aggregate_error.hpp>
#include <eddy/core/select.hpp>

#include <utility>
#include <variant>
#include <vector>

namespace eddy {

/// Resolves to the first value of the futures; the variant's index() is the winner's. A
/// Future<void> gives an empty struct.
///
/// The errors before the first success count as read; a loser's error after it is reported as
/// unread unless it was cancelled.
/// Errors: Errc::exception with an AggregateError inside if all have failed.
/// Cancel: soft cancel reaches every future; while losers clean up it waits for them. Drop drops
/// them all.
template <class... T>
Future<std::variant<detail::Stored<T>...>> any(Losers losers, Future<T>... futures) {
  static_assert(sizeof...(T) > 0, "any() waits for at least one future");
  using Node = detail::RaceTupleNode<detail::Goal::value, T...>;
  auto* node = Node::make(
      detail::current_core(), detail::site_of(futures...), losers, std::move(futures)...);
  return detail::started(node);
}
template <class T, class... More>
Future<std::variant<detail::Stored<T>, detail::Stored<More>...>> any(Future<T> future,
                                                                     Future<More>... more) {
  return any(Losers::cancel, std::move(future), std::move(more)...);
}

/// Resolves to the index and the value of the first success.
///
/// Errors: as above, and Errc::invalid if there is no future at all.
/// Cancel: as above.
template <class T>
Future<Selected<T>> any(std::vector<Future<T>> futures,
                        Losers losers = Losers::cancel,
                        Site site = EDDY_HERE) {
  using Node = detail::RaceVectorNode<detail::Goal::value, Selected<T>, T>;
  auto* node = Node::make(detail::current_core(), site, losers, std::move(futures));
  return detail::started(node);
}

}  // namespace eddy
