// SPDX-License-Identifier: MIT
#include <eddy/core/deadline.hpp>
#include <eddy/core/detail/task_part.hpp>

#include <memory>

#include "core/task_node.hpp"
#include "core/this_thread.hpp"

namespace eddy {
namespace detail {
namespace {

/// A loop's thread and a thread without one; in a signal handler too, so nothing is made here.
void find_bound_fields(log::detail::FieldLists& found) noexcept {
  LoopCore* const core = this_thread_loop_core;
  TaskScope* scope = core == nullptr ? nullptr : TaskScope::of(core->current_task);
  for (; scope != nullptr && scope->kind == TaskScope::Kind::binding; scope = scope->parent)
    found.add(scope->fields.get());
  const ContextSlot* slot = current_slot();
  if (slot != nullptr && slot->values != nullptr) found.add(slot->values->fields.get());
}

TaskScope* new_part(LoopCore& core) {
  return new TaskScope(core, TaskScope::Kind::binding, TaskScope::of(core.current_task));
}

/// The clock of this thread's loop, or the machine's.
TimePoint now_here() noexcept {
  const LoopCore* core = this_thread_loop_core;
  return core == nullptr ? system_clock().now() : core->loop->clock->now();
}

}  // namespace

TaskPart::TaskPart(LoopCore& core, log::Fields fields) : core_(core), scope_(nullptr) {
  log::detail::field_source.store(&find_bound_fields, std::memory_order_release);
  auto bound = std::make_shared<const log::detail::BoundFields>(fields);
  TaskScope* part = new_part(core);
  part->fields = std::move(bound);
  retain_task(scope_ = part);
}

TaskPart::TaskPart(LoopCore& core, Duration limit) : core_(core), scope_(nullptr) {
  const TimePoint now = core.loop == nullptr ? TimePoint() : core.loop->clock->now();
  TaskScope* part = new_part(core);
  part->deadline = DeadlineValue{later(now, limit), limit};
  retain_task(scope_ = part);
}

TaskPart::~TaskPart() {
  release_task(scope_);
}

}  // namespace detail

std::optional<Deadline> current_deadline() noexcept {
  std::optional<detail::DeadlineValue> found;
  if (detail::LoopCore* core = detail::this_thread_loop_core) {
    found = detail::deadline_of(*core, core->current_task);
  } else if (const detail::ContextSlot* slot = detail::current_slot();
             slot != nullptr && slot->values != nullptr) {
    found = slot->values->deadline;
  }
  return found ? std::optional(Deadline(found->at)) : std::nullopt;
}

Duration remaining() noexcept {
  const std::optional<Deadline> deadline = current_deadline();
  return deadline ? deadline->remaining(detail::now_here()) : Duration::max();
}

}  // namespace eddy
