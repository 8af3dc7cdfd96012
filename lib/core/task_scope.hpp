// SPDX-License-Identifier: MIT
//
// What nodes refer to as their task: the task itself, or a scope inside it that carries more.
//
// Private to core. A scope binds log fields or a deadline to a part of a task, or gives a callback
// the context that it was captured with. Scopes are looked up from the innermost outwards, on
// demand: a continuation that asks for nothing pays nothing.
#pragma once

#include <eddy/base/log_fields.hpp>
#include <eddy/core/detail/task_context.hpp>
#include <eddy/core/task.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/loop_impl.hpp"

namespace eddy::detail {

/// One value of a ContextVar.
struct ContextEntry {
  const void* key;
  const void* type;
  std::shared_ptr<const void> value;
};

/// When work has to be done, and how long that was when the limit was set.
struct DeadlineValue {
  TimePoint at;
  Duration limit;
};

/// All that is carried along. Immutable once it is shared.
struct ContextValues {
  std::vector<ContextEntry> entries;  // few, so in no order
  std::shared_ptr<const log::detail::BoundFields> fields;
  std::optional<DeadlineValue> deadline;
};

class TaskScope : public TaskUse {
 public:
  enum class Kind {
    task,     // a TaskRecord
    context,  // has values of its own
    binding,  // adds fields or a deadline to those of its parent
  };

  TaskScope(LoopCore& owner, Kind of_kind, TaskScope* inside) noexcept
      : core(owner), kind(of_kind), parent(inside) {
    core.hold();
    retain_task(parent);
  }
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

  /// The last reference is gone.
  void destroy() noexcept;
  /// Puts this scope into another one.
  void move_into(TaskScope* outer) noexcept {
    retain_task(outer);
    release_task(std::exchange(parent, outer));
  }

  static TaskScope* of(TaskUse* use) noexcept { return static_cast<TaskScope*>(use); }
  /// The task around `use`, or null.
  static TaskRecord* record(TaskUse* use) noexcept;
  /// Whether `scope` is one that was opened inside of `outer`, or apart from it: neither a task nor
  /// something that encloses `outer`.
  static bool inside(const TaskScope* scope, const TaskScope* outer) noexcept;
  /// Where the values of the variables are, seen from `use`. Null if the loop is gone.
  static ContextSlot* slot(LoopCore& core, TaskUse* use) noexcept;

  LoopCore& core;
  const Kind kind;
  TaskScope* parent;  // null for a task

  ContextSlot context;  // of a task or a context
  std::shared_ptr<const log::detail::BoundFields> fields;
  std::optional<DeadlineValue> deadline;

 protected:
  ~TaskScope() = default;
};

/// Everything that is in force in `use`, in one snapshot.
CapturedContext context_of(LoopCore& core, TaskUse* use);
/// The slot of the code that runs now; null if there is none. Fit for a signal handler.
ContextSlot* current_slot() noexcept;
/// The same for a change: a thread without a loop gets one of its own.
ContextSlot& slot_to_change();
/// The earliest deadline in force in `use`.
std::optional<DeadlineValue> deadline_of(LoopCore& core, TaskUse* use) noexcept;

}  // namespace eddy::detail
