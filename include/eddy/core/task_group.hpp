// SPDX-License-Identifier: MIT
//
// The owner of background work. There is no other way to let work run on its own.
//
// Make it the last member of the class whose work it holds, so that it dies first. For tasks that
// are parts of one piece of work, which is over when all of them are, use with_group().
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/task.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace eddy {

namespace detail {
struct GroupState;
}

/// What a group does when one of its tasks fails.
enum class OnError {
  report,           ///< tells the handler; the others go on
  cancel_siblings,  ///< refuses newcomers and cancels the others, which have 5 s for their
                    ///< clean-up, or what a stop() has left them; wait() gives the error, and later
                    ///< ones go to the handler
  collect,          ///< the others go on; wait() gives one error that names each task that failed
};

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
  /// `on_error` gets the errors that wait() does not give.
  TaskGroup(Loop& loop, OnError policy, ErrorHandler on_error = nullptr);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  /// Drops all tasks. An error that wait() never gave is reported as unread.
  ~TaskGroup();

  /// Takes `work` over. A group that is stopping drops it and gives a canceled task.
  Task spawn(std::string name, Future<void> work, Site site = EDDY_HERE);
  /// Calls `work`, which returns nothing or a Future<void>, as a task, in a turn of its own: all
  /// that it does, from its first line, it does inside the task.
  template <class F>
    requires(std::invocable<std::decay_t<F>&>)
  Task spawn(std::string name, F&& work, Site site = EDDY_HERE) {
    return spawn(std::move(name), turn(site).then(std::forward<F>(work), site), site);
  }

  /// Refuses newcomers, cancels all tasks softly, and resolves when they have ended; those that
  /// have not after `grace` are dropped; of several stops the one that ends first counts. Dropping
  /// the Future does not take the stop back.
  Future<void> stop(Duration grace, Site site = EDDY_HERE);
  bool stopping() const noexcept;

  std::size_t size() const noexcept;
  /// Resolves when the group is empty; at once if it is.
  Future<void> empty(Site site = EDDY_HERE);
  /// The same for who is responsible for the tasks: fails with what the policy kept.
  ///
  /// Errors: those of the tasks, as OnError says; Errc::closed if the group is destroyed meanwhile.
  /// Cancel: soft cancel goes to all tasks, with its reason, and is over when they have ended.
  Future<void> wait(Site site = EDDY_HERE);

 private:
  /// Ready, in the group's loop.
  Future<void> turn(Site site);

  std::shared_ptr<detail::GroupState> state_;
};

/// Calls `body` as a task in a new group, which it gets, and resolves when all tasks of the group
/// have ended.
///
/// `body` returns nothing or a Future<void>. Tasks that it spawns may go on after it.
/// Errors: as wait() of the group; by default the first error cancels everything else.
/// Cancel: soft cancel goes to the body and all tasks; dropping the Future drops them.
template <class F>
  requires(std::invocable<std::decay_t<F>&, TaskGroup&>)
Future<void> with_group(Loop& loop,
                        F&& body,
                        OnError policy = OnError::cancel_siblings,
                        Site site = EDDY_HERE) {
  auto group = std::make_unique<TaskGroup>(loop, policy);
  TaskGroup& inside = *group;
  inside.spawn(
      "body", [body = std::forward<F>(body), &inside]() mutable { return body(inside); }, site);
  Future<void> ended = inside.wait(site);
  return std::move(ended).attach(std::move(group));
}

}  // namespace eddy
