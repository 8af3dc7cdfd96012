// SPDX-License-Identifier: MIT
//
// Waits for the first of several futures of one type, no matter which.
//
// When it matters use core/select.hpp; for the first success core/any.hpp.
#pragma once

#include <eddy/core/detail/race_node.hpp>

#include <concepts>
#include <utility>
#include <vector>

namespace eddy {

/// Resolves as the first of the futures to settle.
///
/// Errors: that of the winner, and Errc::invalid if there is no future at all. A loser's error is
/// reported as unread unless it was cancelled.
/// Cancel: soft cancel reaches every future; while losers clean up it waits for them. Drop drops
/// them all.
template <class T>
Future<T> first(std::vector<Future<T>> futures,
                Losers losers = Losers::cancel,
                Site site = EDDY_HERE) {
  using Node = detail::RaceVectorNode<detail::Goal::settled, T, T>;
  detail::ForkNode<T>* node = Node::make(detail::current_core(), site, losers, std::move(futures));
  return detail::started(node);
}

/// The same for futures that are given one by one.
template <class T, std::same_as<T>... More>
Future<T> first(Future<T> future, Future<More>... more) {
  const Site site = detail::site_of(future);
  std::vector<Future<T>> futures;
  futures.reserve(1 + sizeof...(More));
  futures.push_back(std::move(future));
  (futures.push_back(std::move(more)), ...);
  return first(std::move(futures), Losers::cancel, site);
}

}  // namespace eddy
