// SPDX-License-Identifier: MIT
#include <eddy/core/task.hpp>

#include <utility>

#include "core/group_state.hpp"

namespace eddy {
namespace detail {

void forget_task(TaskUse* task) noexcept {
  TaskScope::of(task)->destroy();
}

Error canceled_error(const Node& leaf) noexcept {
  TaskRecord* const record = TaskScope::record(leaf.task);
  if (record == nullptr || record->cancel_reason.empty()) return Errc::canceled;
  record->cancel_reached = true;
  try {
    Error error(Errc::canceled, record->cancel_reason);
    if (!record->canceling) record->cancel_reason.clear();  // it was put off, and has come
    return error;
  } catch (...) {
    return Errc::canceled;
  }
}

void TaskRecord::cancel(std::string&& reason) noexcept {
  if (node == nullptr) return;
  const Task hold = handle(this);
  cancel_reason = std::move(reason);
  cancel_reached = false;
  canceling = true;
  soft_cancel(node);
  canceling = false;
  if (cancel_reached) cancel_reason.clear();  // what is cancelled later has a reason of its own
}

void TaskRecord::end(Result<void>&& result) noexcept {
  if (result.has_value()) {
    state = TaskState::done;
  } else {
    error = std::move(result).error();
    state = *error == Errc::canceled ? TaskState::canceled : TaskState::failed;
  }
  node = nullptr;
  for (Promise<void>& promise : std::exchange(waiting, {}))
    std::move(promise).set_value();
}

TaskNode::TaskNode(LoopCore& owner, Site site, TaskRecord& record, GroupState& group) noexcept
    : Pooled(owner, site), record_(record), group_(group) {
  record_.node = this;
}

bool TaskNode::advance() noexcept {
  enqueue(this);
  return false;
}

void TaskNode::run() noexcept {
  const auto group = group_.shared_from_this();
  const Task handle = TaskRecord::handle(&record_);
  auto* spent = static_cast<ValueNode<void>*>(std::exchange(input, nullptr));
  Result<void> result = spent->take();
  spent->destroy();
  const bool was_dropped = dropped;  // the group went with the captures; it has ended the task
  if (was_dropped && !result && !(result.error() == Errc::canceled)) {
    report_unread(*core, result.error(), site());
  }
  destroy();
  if (!was_dropped) group->ended(handle, std::move(result));
}

}  // namespace detail

Task::Task(detail::TaskRecord* record) noexcept : record_(record) {
  detail::retain_task(record_);
}

Task::Task(const Task& other) noexcept : Task(other.record_) {}

Task::~Task() {
  detail::release_task(record_);
}

void Task::cancel(std::string reason) noexcept {
  if (record_ != nullptr) record_->cancel(std::move(reason));
}

Future<void> Task::join(Site site) const {
  EDDY_ASSERT(record_ != nullptr, "join() of an empty Task");
  if (record_->state != TaskState::running) return detail::settled_future(record_->core, site);
  if (record_->core.loop == nullptr) {
    return detail::settled_future(record_->core, site, Result<void>(Errc::closed));
  }
  return detail::wait_in(record_->waiting, record_->core.loop->loop, site);
}

Future<void> Task::outcome(Site site) const {
  return join(site).then(
      [task = *this]() -> Result<void> {
        if (const Error* error = task.error()) return *error;
        return {};
      },
      site);
}

const Error* Task::error() const noexcept {
  EDDY_ASSERT(record_ != nullptr, "error() of an empty Task");
  return record_->error ? &*record_->error : nullptr;
}

TaskState Task::state() const noexcept {
  EDDY_ASSERT(record_ != nullptr, "state() of an empty Task");
  return record_->state;
}

std::string_view Task::name() const noexcept {
  return record_ == nullptr ? std::string_view() : std::string_view(record_->name);
}

Task current_task() noexcept {
  const detail::LoopCore* core = detail::this_thread_core();
  return detail::TaskRecord::handle(
      core == nullptr ? nullptr : detail::TaskScope::record(core->current_task));
}

std::vector<Task> all_tasks(Loop& loop) {
  std::vector<Task> found;
  auto& tasks = detail::LoopImpl::of(loop).tasks;
  for (detail::TaskNode* node = tasks.first(); node != nullptr; node = tasks.next(*node)) {
    found.push_back(detail::TaskRecord::handle(&node->record()));
  }
  return found;
}

}  // namespace eddy
