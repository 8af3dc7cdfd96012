// SPDX-License-Identifier: MIT
//
// A point in time by which a piece of work has to be done, known to everything that it calls.
//
//     with_deadline(2s, [&] { return fetch(url); })
//
// It travels with the task: a Future::timeout() inside never waits for longer, however deep it is,
// and so it is in a task that is spawned there. For one step alone use Future::timeout().
#pragma once

#include <eddy/core/detail/task_part.hpp>
#include <eddy/core/loop.hpp>

#include <algorithm>
#include <compare>
#include <concepts>
#include <optional>
#include <utility>

namespace eddy {

/// When work has to be done. A plain value.
class Deadline {
 public:
  explicit Deadline(TimePoint at) noexcept : at_(at) {}

  TimePoint at() const noexcept { return at_; }
  /// What is left at `now`; zero when it has passed.
  Duration remaining(TimePoint now) const noexcept { return std::max(at_ - now, Duration::zero()); }
  friend auto operator<=>(const Deadline&, const Deadline&) = default;

 private:
  TimePoint at_;
};

/// The earliest deadline of the code that runs, empty without one.
///
/// Thread: any; a job of a thread pool has that of the task which started it.
EDDY_EXPORT std::optional<Deadline> current_deadline() noexcept;
/// What it leaves: zero when it has passed, Duration::max() without one. Thread: any.
EDDY_EXPORT Duration remaining() noexcept;

/// Fails with Errc::timed_out unless what `work` returns is there within `limit`, or within the
/// deadline of the running task if that is earlier; the error tells which.
///
/// `work` is called at once and returns a Future; what it throws is thrown from here. On expiry it
/// is softly cancelled; clean-up may take 5 s, then it is dropped.
/// Cancel: as of the work.
template <std::invocable F>
  requires(detail::is_future<std::invoke_result_t<F&>>)
auto with_deadline(Duration limit, F&& work, Site site = EDDY_HERE) {
  detail::TaskPart part(detail::current_core(), limit);
  return part.call([&work, site] { return work().timeout(Duration::max(), site); });
}
/// The same for work that has begun: what it called until now does not know the deadline.
template <class T>
Future<T> with_deadline(Duration limit, Future<T> work, Site site = EDDY_HERE) {
  detail::TaskPart part(detail::current_core(), limit);
  detail::ValueNode<T>* node = detail::release_node(std::move(work));
  part.adopt(node);
  return part.call(
      [node, site] { return detail::make_future(node).timeout(Duration::max(), site); });
}

}  // namespace eddy
