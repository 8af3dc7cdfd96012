// SPDX-License-Identifier: MIT
//
// Cancels many at once and waits for their clean-up.
//
// To end futures without clean-up drop them; a TaskGroup has stop().
#pragma once

#include <eddy/core/all.hpp>
#include <eddy/core/detail/cancel_node.hpp>
#include <eddy/core/task.hpp>

#include <concepts>
#include <iterator>
#include <utility>
#include <vector>

namespace eddy {

namespace detail {

template <class Range>
using ElementOf = std::iter_value_t<decltype(std::begin(std::declval<Range&>()))>;
template <class Range>
concept RangeOfTasks = std::same_as<ElementOf<Range>, Task>;

}  // namespace detail

/// Cancels the futures softly and resolves when all have settled; those that have not after 5 s are
/// dropped. Values are dropped too; an error other than Errc::canceled is reported as unread.
///
/// Cancel: soft cancel waits until this is over; drop drops the futures.
template <class T>
Future<void> cancel_all(std::vector<Future<T>> futures,
                        Duration grace = detail::timeout_grace,
                        Site site = EDDY_HERE) {
  detail::ForkNode<void>* node =
      detail::CancelNode::make(detail::current_core(), site, grace, std::move(futures));
  return detail::started(node);
}
/// The same for futures of different types.
template <class... T>
Future<void> cancel_all(Future<T>... futures) {
  detail::ForkNode<void>* node = detail::CancelNode::make(detail::current_core(),
                                                          detail::site_of(futures...),
                                                          detail::timeout_grace,
                                                          std::move(futures)...);
  return detail::started(node);
}

/// Cancels the tasks of a range softly and resolves when all have ended, in whatever way.
///
/// A task that does not end is up to its group.
/// Cancel: partial; the tasks are cancelled, nobody waits for them any more.
template <detail::RangeOfTasks Range>
Future<void> cancel_all(const Range& tasks, Site site = EDDY_HERE) {
  std::vector<Task> targets(std::begin(tasks), std::end(tasks));  // a cancel may change the range
  std::vector<Future<void>> ends;
  ends.reserve(targets.size());
  for (Task& task : targets) {
    ends.push_back(task.join(site));
    task.cancel();
  }
  return all(std::move(ends), site).then([](const auto&) {}, site);
}

}  // namespace eddy
