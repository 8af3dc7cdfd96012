// SPDX-License-Identifier: MIT
#include <eddy/core/detail/task_context.hpp>

#include <algorithm>
#include <utility>

#include "core/task_node.hpp"
#include "core/this_thread.hpp"

namespace eddy::detail {
namespace {

/// The slot of a thread without a loop; null as long as nothing was set there.
[[gnu::tls_model("initial-exec")]] constinit thread_local ContextSlot* this_thread_slot = nullptr;

/// The slot of a thread outside every ContextScope, made by the first to set something.
struct ThreadSlot {
  ~ThreadSlot() {
    if (this_thread_slot == &slot) this_thread_slot = nullptr;
  }
  ContextSlot slot;
};

const ContextValues* values_here(LoopCore& core, TaskUse* use) noexcept {
  const ContextSlot* slot = TaskScope::slot(core, use);
  return slot == nullptr ? nullptr : slot->values.get();
}

void tighten(std::optional<DeadlineValue>& deadline,
             const std::optional<DeadlineValue>& other) noexcept {
  if (other && (!deadline || other->at < deadline->at)) deadline = other;
}

using SharedFields = std::shared_ptr<const log::detail::BoundFields>;

SharedFields joined(const SharedFields& outer, const SharedFields& inner) {
  if (outer == nullptr) return inner;
  if (inner == nullptr) return outer;
  return std::make_shared<const log::detail::BoundFields>(*outer, *inner);
}

}  // namespace

void TaskScope::destroy() noexcept {
  TaskScope* scope = this;
  while (scope != nullptr) {  // not by recursion: scopes may be nested without a bound
    TaskScope* const outer = std::exchange(scope->parent, nullptr);
    LoopCore& owner = scope->core;
    if (scope->kind == Kind::task) {
      delete static_cast<TaskRecord*>(scope);
    } else {
      delete scope;
    }
    owner.release();
    scope = outer != nullptr && --outer->count == 0 ? outer : nullptr;
  }
}

TaskRecord* TaskScope::record(TaskUse* use) noexcept {
  TaskScope* scope = of(use);
  while (scope != nullptr && scope->kind != Kind::task)
    scope = scope->parent;
  return static_cast<TaskRecord*>(scope);
}

bool TaskScope::inside(const TaskScope* scope, const TaskScope* outer) noexcept {
  if (scope == nullptr || scope->kind == Kind::task) return false;
  while (outer != nullptr && outer != scope)
    outer = outer->parent;
  return outer == nullptr;
}

ContextSlot* TaskScope::slot(LoopCore& core, TaskUse* use) noexcept {
  for (TaskScope* scope = of(use); scope != nullptr; scope = scope->parent) {
    if (scope->kind != Kind::binding) return &scope->context;
  }
  return core.loop == nullptr ? nullptr : &core.loop->context;
}

std::optional<DeadlineValue> deadline_of(LoopCore& core, TaskUse* use) noexcept {
  std::optional<DeadlineValue> earliest;
  TaskScope* scope = TaskScope::of(use);
  for (; scope != nullptr && scope->kind == TaskScope::Kind::binding; scope = scope->parent)
    tighten(earliest, scope->deadline);
  if (const ContextValues* values = values_here(core, scope)) tighten(earliest, values->deadline);
  return earliest;
}

CapturedContext context_of(LoopCore& core, TaskUse* use) {
  SharedFields fields;
  TaskScope* scope = TaskScope::of(use);
  const bool bound = scope != nullptr && scope->kind == TaskScope::Kind::binding;
  for (; scope != nullptr && scope->kind == TaskScope::Kind::binding; scope = scope->parent)
    fields = joined(scope->fields, fields);
  const ContextSlot* slot = TaskScope::slot(core, scope);
  CapturedContext base = slot == nullptr ? nullptr : slot->values;
  if (!bound) return base;
  auto all =
      base == nullptr ? std::make_shared<ContextValues>() : std::make_shared<ContextValues>(*base);
  all->fields = joined(all->fields, fields);
  all->deadline = deadline_of(core, use);
  return all;
}

CapturedContext capture_context() {
  if (LoopCore* core = this_thread_loop_core) return context_of(*core, core->current_task);
  return this_thread_slot == nullptr ? nullptr : this_thread_slot->values;
}

ContextSlot* current_slot() noexcept {
  LoopCore* core = this_thread_loop_core;
  return core == nullptr ? this_thread_slot : TaskScope::slot(*core, core->current_task);
}

ContextSlot& slot_to_change() {
  if (ContextSlot* slot = current_slot()) return *slot;
  static thread_local ThreadSlot own;
  this_thread_slot = &own.slot;
  return own.slot;
}

ContextScope::ContextScope(CapturedContext context) : core_(this_thread_loop_core) {
  if (core_ == nullptr) {
    slot_.values = std::move(context);
    outer_slot_ = std::exchange(this_thread_slot, &slot_);
    return;
  }
  auto* scope = new TaskScope(*core_, TaskScope::Kind::context, TaskScope::of(core_->current_task));
  scope->context.values = std::move(context);
  retain_task(scope);
  task_ = scope;
  outer_task_ = std::exchange(core_->current_task, scope);
}

ContextScope::~ContextScope() {
  if (core_ == nullptr) {
    this_thread_slot = outer_slot_;
    return;
  }
  core_->current_task = outer_task_;
  release_task(task_);  // it holds the core
}

}  // namespace eddy::detail
