// SPDX-License-Identifier: MIT
//
// Takes the results of several futures as they come.
//
// To have all results at once use core/all_settled.hpp, to wait for the first alone
// core/select.hpp.
#pragma once

#include <eddy/core/detail/completed_source.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace eddy {

/// Gives the result of each future in the order in which they settle; an error is an item like any
/// other, and counts as read.
///
/// With a limit each future that has not settled so long after this call gives an item with
/// Errc::timed_out, whose context has the limit; the future itself comes with it, alive.
/// Close: cancels what has not settled softly, and waits for the clean-up, at most 5 s.
/// Cancel: that of a next() ends the iteration and so closes it. Destroying the iterator drops what
/// has not settled.
template <class T>
AsyncIterator<Completed<T>> as_completed(std::vector<Future<T>> futures,
                                         std::optional<Duration> limit = std::nullopt) {
  return make_iterator<detail::CompletedSource<T>>(
      detail::current_core(), std::move(futures), limit);
}

}  // namespace eddy
