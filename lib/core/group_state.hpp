// SPDX-License-Identifier: MIT
//
// A TaskGroup from the inside, and the leaf behind its wait().
//
// Private to core.
#pragma once

#include <eddy/core/task_group.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/task_node.hpp"

namespace eddy::detail {

/// Waits for the end of a group's tasks. A cancel is for them; it settles when they have ended.
class GroupWaitNode final : public Pooled<GroupWaitNode, LeafNode<void>>,
                            public ListLink<GroupWaitNode> {
 public:
  GroupWaitNode(LoopCore& owner, Site where, std::shared_ptr<GroupState> group) noexcept
      : Pooled(owner, where), group_(std::move(group)) {}

  void cancel() noexcept override;
  const char* waits_for() const noexcept override { return "the tasks of a group"; }
  /// The group is empty.
  void end(Result<void>&& outcome) noexcept {
    if (canceled_) return settle_error(canceled_error(*this));
    settle(std::move(outcome));
  }
  bool canceled() const noexcept { return canceled_; }

 private:
  void stop() noexcept override { ListLink<GroupWaitNode>::unlink(); }

  std::shared_ptr<GroupState> group_;
  bool canceled_ = false;
};

/// What went wrong in a group, for whoever waits for it.
class Failures {
 public:
  explicit Failures(OnError policy) noexcept : policy_(policy) {}

  /// Keeps the error if wait() is to give it.
  bool keep(const Task& task, const Error& error);
  /// What wait() gives; from then on it counts as read.
  Result<void> give();
  /// Whether there is something that nobody read.
  bool unread() const noexcept { return error_ && !read_; }
  /// Success, or the first error, or one that names all.
  Result<void> outcome() const;

 private:
  OnError policy_;
  bool read_ = false;
  std::size_t count_ = 0;
  std::optional<Error> error_;  // the first
  std::string names_;           // of those that failed, each with its error
};

/// The part of a TaskGroup that outlives it while one of its callbacks runs.
struct GroupState : std::enable_shared_from_this<GroupState>, private TimerEntry {
  GroupState(LoopCore& owner, OnError what_then, TaskGroup::ErrorHandler&& handler) noexcept;
  GroupState(const GroupState&) = delete;
  GroupState& operator=(const GroupState&) = delete;
  ~GroupState();

  void stop(Duration grace) noexcept;
  /// Drops what has not ended in `grace`, or by an earlier moment that was set already.
  void drop_after(Duration grace) noexcept;
  /// Refuses newcomers and cancels all tasks softly.
  void cancel_all(const std::string& reason) noexcept;
  void drop_all() noexcept;
  /// The TaskGroup is gone.
  void abandon() noexcept;
  /// A task has left the list: does as the policy says, and tells those who wait for the group to
  /// be empty.
  void ended(const Task& task, Result<void>&& result) noexcept;

  LoopCore& core;
  const OnError policy;
  TaskGroup::ErrorHandler on_error;
  List<TaskNode, InGroup> tasks;
  std::size_t count = 0;
  bool stopping = false;
  std::vector<Promise<void>> waiting;  // for the group to be empty, in whatever way
  List<GroupWaitNode> waits;
  Failures failures;

 private:
  void failed(const Task& task, const Error& error) noexcept;
  void report(const Task& task, const Error& error) noexcept;
  void resolve_if_empty() noexcept;
};

}  // namespace eddy::detail
