// SPDX-License-Identifier: MIT
//
// The owner of background work. There is no other way to let work run on its own.
//
// Make it the last member of the class whose work it holds, so that it dies first.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/task.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace eddy {

namespace detail {
struct GroupState;
}

/// Owns tasks: stops them in order, or drops them when it is destroyed.
///
/// Thread: loop.
/// Lifetime: a task's continuation may destroy the group.
class EDDY_EXPORT TaskGroup {
 public:
  /// Gets the error of a task that failed; cancellation is none.
  using ErrorHandler = Function<void(const Task&, const Error&)>;

  /// Without a handler, errors are logged with the task's name.
  explicit TaskGroup(Loop& loop, ErrorHandler on_error = nullptr);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  /// Drops all tasks.
  ~TaskGroup();

  /// Takes `work` over. A group that is stopping drops it and gives a canceled task.
  Task spawn(std::string name, Future<void> work, Site site = EDDY_HERE);

  /// Refuses newcomers, cancels all tasks softly, and resolves when they have ended; those that
  /// have not after `grace` are dropped. Dropping the Future does not take the stop back.
  Future<void> stop(Duration grace, Site site = EDDY_HERE);
  bool stopping() const noexcept;

  std::size_t size() const noexcept;
  /// Resolves when the group is empty; at once if it is.
  Future<void> empty(Site site = EDDY_HERE);

 private:
  std::shared_ptr<detail::GroupState> state_;
};

}  // namespace eddy
