// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/core/task_group.hpp>

#include <utility>

#include "core/task_node.hpp"

namespace eddy {
namespace detail {
namespace {

TaskState state_after(const Result<void>& result) noexcept {
  if (result.has_value()) return TaskState::done;
  return result.error() == Errc::canceled ? TaskState::canceled : TaskState::failed;
}

}  // namespace

GroupState::GroupState(LoopCore& owner, TaskGroup::ErrorHandler&& handler) noexcept
    : TimerEntry([](TimerEntry* entry) noexcept {
        const auto self = static_cast<GroupState*>(entry)->shared_from_this();
        self->drop_all();
      }),
      core(owner),
      on_error(std::move(handler)) {
  core.hold();  // it must outlive the timer
}

GroupState::~GroupState() {
  disarm(core, *this);
  core.release();
}

void GroupState::ended(const Task& task, Result<void>&& result) noexcept {
  --count;
  TaskRecord::of(task).end(state_after(result));
  if (task.state() == TaskState::failed) report(task, result.error());
  resolve_if_empty();
}

void GroupState::report(const Task& task, const Error& error) noexcept {
  if (!on_error) return log::error("a task failed", {{"task", task.name()}, {"error", error}});
  guarded(core, {}, [this, &task, &error] { on_error(task, error); });
}

void GroupState::resolve_if_empty() noexcept {
  if (count > 0) return;
  disarm(core, *this);
  for (Promise<void>& promise : std::exchange(waiting, {}))
    std::move(promise).set_value();
}

void GroupState::stop(Duration grace) noexcept {
  stopping = true;
  if (count == 0) return;
  arm(core, *this, grace);
  std::vector<Task> running;  // a cancel may end tasks and whatever else
  for (TaskNode* node = tasks.first(); node != nullptr; node = tasks.next(*node)) {
    running.push_back(TaskRecord::handle(&node->record()));
  }
  for (Task& task : running)
    task.cancel();
}

void GroupState::drop_all() noexcept {
  while (!tasks.empty()) {
    TaskNode& node = tasks.pop_front();
    const Task handle = TaskRecord::handle(&node.record());
    --count;
    drop(&node);
    TaskRecord::of(handle).end(TaskState::canceled);
  }
  resolve_if_empty();
}

}  // namespace detail

TaskGroup::TaskGroup(Loop& loop, ErrorHandler on_error)
    : state_(std::make_shared<detail::GroupState>(detail::core_of(loop), std::move(on_error))) {}

TaskGroup::~TaskGroup() {
  state_->stopping = true;
  const auto state = std::move(state_);
  state->drop_all();
}

Task TaskGroup::spawn(std::string name, Future<void> work, Site site) {
  auto* record = new detail::TaskRecord(state_->core, std::move(name));
  Task task = detail::TaskRecord::handle(record);
  if (state_->stopping || state_->core.loop == nullptr) {
    record->end(TaskState::canceled);
    return task;
  }
  record->context.values = detail::context_of(state_->core, state_->core.current_task);
  detail::Node* chain = detail::release_node(std::move(work));
  auto* node = detail::TaskNode::make(state_->core, site, *record, *state_);
  state_->tasks.push_back(*node);
  state_->core.loop->tasks.push_back(*node);
  ++state_->count;
  detail::connect(node, chain);
  detail::adopt_chain(node, record);
  return task;
}

Future<void> TaskGroup::stop(Duration grace, Site site) {
  const auto state = state_;  // a cancel may run code that destroys this group
  Future<void> gone = empty(site);
  state->stop(grace);
  return gone;
}

bool TaskGroup::stopping() const noexcept {
  return state_->stopping;
}

std::size_t TaskGroup::size() const noexcept {
  return state_->count;
}

Future<void> TaskGroup::empty(Site site) {
  if (state_->count == 0) return detail::settled_future(state_->core, site);
  if (state_->core.loop == nullptr) {
    return detail::settled_future(state_->core, site, Result<void>(Errc::closed));
  }
  return detail::wait_in(state_->waiting, state_->core.loop->loop, site);
}

}  // namespace eddy
