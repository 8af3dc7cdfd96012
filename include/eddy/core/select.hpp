// SPDX-License-Identifier: MIT
//
// Waits for the first of several futures, and tells which it was.
//
// A limit of time is that of every future: select(...).timeout(1s) fails with Errc::timed_out and
// ends all of them. To let the losers go on use core/wait.hpp; for the first success core/any.hpp.
#pragma once

#include <eddy/core/detail/race_node.hpp>

#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

namespace eddy {

/// The winner among futures of one type.
template <class T>
struct Selected {
  std::size_t index = 0;
  detail::Stored<T> value;
};

/// Resolves to the value of the first future to settle; the variant's index() is the winner's, also
/// among equal types. A Future<void> gives an empty struct.
///
/// Errors: that of the winner. A loser's error is reported as unread unless it was cancelled.
/// Cancel: soft cancel reaches every future; while losers clean up it waits for them. Drop drops
/// them all.
template <class... T>
Future<std::variant<detail::Stored<T>...>> select(Losers losers, Future<T>... futures) {
  static_assert(sizeof...(T) > 0, "select() waits for at least one future");
  using Node = detail::RaceTupleNode<detail::Goal::settled, T...>;
  auto* node = Node::make(
      detail::current_core(), detail::site_of(futures...), losers, std::move(futures)...);
  return detail::started(node);
}
template <class T, class... More>
Future<std::variant<detail::Stored<T>, detail::Stored<More>...>> select(Future<T> future,
                                                                        Future<More>... more) {
  return select(Losers::cancel, std::move(future), std::move(more)...);
}

/// Resolves to the index and the value of the first to settle.
///
/// Errors: as above, and Errc::invalid if there is no future at all.
/// Cancel: as above.
template <class T>
Future<Selected<T>> select(std::vector<Future<T>> futures,
                           Losers losers = Losers::cancel,
                           Site site = EDDY_HERE) {
  using Node = detail::RaceVectorNode<detail::Goal::settled, Selected<T>, T>;
  auto* node = Node::make(detail::current_core(), site, losers, std::move(futures));
  return detail::started(node);
}

}  // namespace eddy
