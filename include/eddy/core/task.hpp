// SPDX-License-Identifier: MIT
//
// A piece of background work with a name: what TaskGroup::spawn gives back.
//
// A Task is only a handle. The work is owned by its group and goes on when the handle is gone.
#pragma once

#include <eddy/core/future.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy {

enum class TaskState {
  running,
  done,      ///< ended with success
  failed,    ///< ended with an error, which its group got
  canceled,  ///< ended by Task::cancel, by its group, or refused by a group that is stopping
};

/// Handle to work in a TaskGroup. Empty if made by default.
///
/// Thread: loop.
class EDDY_EXPORT Task {
 public:
  Task() noexcept = default;
  Task(const Task& other) noexcept;
  Task(Task&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  Task& operator=(Task other) noexcept {
    std::swap(record_, other.record_);
    return *this;
  }
  ~Task();

  explicit operator bool() const noexcept { return record_ != nullptr; }
  friend bool operator==(const Task& a, const Task& b) noexcept { return a.record_ == b.record_; }

  /// Soft cancel: what the task waits for fails with Errc::canceled, its clean-up runs.
  /// Calls that come before the first was delivered count as one.
  /// @param reason  the context of that error, for logs and for who joins the task.
  void cancel(std::string reason = {}) noexcept;
  /// Resolves when the task has ended, in whatever way; state() tells which.
  /// Cancel: total; the task goes on.
  Future<void> join(Site site = EDDY_HERE) const;
  /// Resolves as the task ends: with success, or with its error, which is Errc::canceled for a task
  /// that was cancelled, dropped or refused.
  /// Cancel: total; the task goes on.
  Future<void> outcome(Site site = EDDY_HERE) const;
  /// What outcome() fails with; null while the task runs and after success. Lives as long as a
  /// handle.
  const Error* error() const noexcept;
  TaskState state() const noexcept;
  std::string_view name() const noexcept;

 private:
  friend class TaskGroup;
  friend class detail::TaskRecord;
  explicit Task(detail::TaskRecord* record) noexcept;

  detail::TaskRecord* record_ = nullptr;
};

/// The task whose continuation is running, or an empty handle.
EDDY_EXPORT Task current_task() noexcept;
/// The tasks of the loop that have not ended, in the order of their start.
EDDY_EXPORT std::vector<Task> all_tasks(Loop& loop);

}  // namespace eddy
