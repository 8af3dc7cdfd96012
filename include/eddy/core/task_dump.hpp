// SPDX-License-Identifier: MIT
//
// What all tasks of a loop are doing, for the program that hangs.
//
//     auto watcher = dump_tasks_on_signal(loop, SIGUSR1);   // then: kill -USR1 <pid>
#pragma once

#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/task.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace eddy {

/// One thing that a task waits for.
struct TaskWait {
  const char* what;  ///< "a sleep", "a promise", "a permit", ...
  Site site;         ///< who made it
};

/// What a task is doing.
struct TaskReport {
  /// A task that waits for more things at once lists so many of them.
  static constexpr std::size_t max_waits = 16;

  Task task;
  Duration age;                 ///< since it was spawned
  Site spawned;                 ///< where it was spawned
  std::vector<TaskWait> waits;  ///< more than one if it waits for several futures at once
  std::size_t more_waits = 0;   ///< that are not listed
  std::string line;             ///< all this, and the log fields of what it does, for people
};

/// Reports on the tasks of the loop that have not ended, in the order of their start.
EDDY_EXPORT std::vector<TaskReport> inspect_tasks(Loop& loop);
/// The lines of all tasks.
EDDY_EXPORT std::string dump_tasks(Loop& loop);

/// Logs a warning for each task whenever the process gets `signal`, as long as the watcher lives.
/// Errors: those of SignalWatcher::watch().
[[nodiscard]] EDDY_EXPORT Result<SignalWatcher> dump_tasks_on_signal(Loop& loop,
                                                                     int signal,
                                                                     Site site = EDDY_HERE);

}  // namespace eddy
