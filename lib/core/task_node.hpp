// SPDX-License-Identifier: MIT
//
// A task from the inside: the record that handles share, and the node that ends its chain.
//
// Private to core.
#pragma once

#include <eddy/core/promise.hpp>
#include <eddy/core/task_group.hpp>

#include <optional>
#include <string>
#include <vector>

#include "core/task_scope.hpp"

namespace eddy::detail {

/// A future that is ready, also when the loop is gone.
inline Future<void> settled_future(LoopCore& core, Site site, Result<void> result = {}) {
  ValueNode<void>* node = ReadyNode<void>::make(core, site, std::move(result));
  return make_future(node);
}

/// A future of one more who waits, kept in `waiting` until it is resolved.
///
/// Those who have dropped theirs make room first, so that the list is no longer than twice those
/// who wait at the same time.
inline Future<void> wait_in(std::vector<Promise<void>>& waiting, Loop& loop, Site site) {
  if (waiting.size() == waiting.capacity()) {
    std::erase_if(waiting, [](const Promise<void>& promise) { return !promise.wanted(); });
  }
  Promise<void> promise(loop, site);
  Future<void> future = promise.future();
  waiting.push_back(std::move(promise));
  return future;
}

/// What is left of a task when it has ended, and what its handles refer to.
class TaskRecord final : public TaskScope {
 public:
  TaskRecord(LoopCore& owner, std::string&& title, Site where)
      : TaskScope(owner, Kind::task, nullptr), name(std::move(title)), site(where) {}

  /// Soft cancel; what waits fails with `reason` as the context of its error.
  void cancel(std::string&& reason) noexcept;
  /// Ends the task and tells those who wait in join().
  void end(Result<void>&& result) noexcept;

  static Task handle(TaskRecord* record) noexcept { return Task(record); }
  static TaskRecord& of(const Task& task) noexcept { return *task.record_; }

  const std::string name;
  const Site site;  // of the spawn
  TimePoint started{};
  std::optional<Error> error;   // how it ended
  std::string cancel_reason;    // of the cancel that is being delivered
  bool canceling = false;       // Task::cancel() is on the stack
  bool cancel_reached = false;  // something failed with the reason
  TaskState state = TaskState::running;
  TaskNode* node = nullptr;  // while running
  std::vector<Promise<void>> waiting;
};

struct InGroup;  // tags the list of the tasks of a group

/// Consumes the future of a task and tells its group.
class TaskNode final : public Pooled<TaskNode, Node>,
                       public ListLink<InLoop>,
                       public ListLink<InGroup> {
 public:
  TaskNode(LoopCore& owner, Site site, TaskRecord& record, GroupState& group) noexcept;
  ~TaskNode() override { record_.node = nullptr; }

  bool advance() noexcept override;
  void run() noexcept override;
  void cancel() noexcept override {}
  TaskRecord& record() noexcept { return record_; }

 private:
  TaskRecord& record_;  // kept by Node::task
  GroupState& group_;
};

}  // namespace eddy::detail
