// SPDX-License-Identifier: MIT
#include "core/group_state.hpp"

#include <eddy/base/log.hpp>

#include <utility>

namespace eddy::detail {
namespace {

/// So many tasks are named by the error of a group that collects; the others are counted.
constexpr std::size_t max_named = 32;

void log_failure(const Task& task, const Error& error) noexcept {
  if (error.trace().empty()) {
    return log::error("a task failed", {{"task", task.name()}, {"error", error}});
  }
  log::error("a task failed",
             {{"task", task.name()}, {"error", error}, {"trace", error.trace_text()}});
}

}  // namespace

void GroupWaitNode::cancel() noexcept {
  if (std::exchange(canceled_, true)) return;
  const TaskRecord* record = TaskScope::record(task);
  const std::shared_ptr<GroupState> group = group_;  // what is cancelled may destroy this node
  group->cancel_all(record == nullptr ? std::string() : record->cancel_reason);
}

bool Failures::keep(const Task& task, const Error& error) {
  if (policy_ == OnError::report || (policy_ == OnError::cancel_siblings && error_)) return false;
  if (!error_) error_ = error;
  read_ = false;
  if (++count_ > max_named) return true;
  if (!names_.empty()) names_ += "; ";
  names_.append(task.name()).append(": ").append(error.message());
  return true;
}

Result<void> Failures::outcome() const {
  if (!error_) return {};
  if (policy_ == OnError::cancel_siblings) return *error_;
  std::string all =
      std::to_string(count_) + (count_ == 1 ? " task" : " tasks") + " failed: " + names_;
  if (count_ > max_named) all += "; and " + std::to_string(count_ - max_named) + " more";
  return Error(error_->code(), all);
}

Result<void> Failures::give() {
  read_ = true;
  return outcome();
}

GroupState::GroupState(LoopCore& owner,
                       OnError what_then,
                       TaskGroup::ErrorHandler&& handler) noexcept
    : TimerEntry([](TimerEntry* entry) noexcept {
        const auto self = static_cast<GroupState*>(entry)->shared_from_this();
        self->drop_all();
      }),
      core(owner),
      policy(what_then),
      on_error(std::move(handler)),
      failures(what_then) {
  core.hold();  // it must outlive the timer
}

GroupState::~GroupState() {
  disarm(core, *this);
  core.release();
}

void GroupState::ended(const Task& task, Result<void>&& result) noexcept {
  --count;
  TaskRecord& record = TaskRecord::of(task);
  record.end(std::move(result));
  if (record.state == TaskState::failed) failed(task, *record.error);
  resolve_if_empty();
}

void GroupState::failed(const Task& task, const Error& error) noexcept {
  bool kept = false;
  guarded(core, {}, [&] { kept = failures.keep(task, error); });
  if (!kept) return report(task, error);
  if (policy != OnError::cancel_siblings || count == 0) return;
  if (!armed()) drop_after(timeout_grace);  // or a stop() has set the time
  guarded(core, {}, [&] { cancel_all("task " + std::string(task.name()) + " failed"); });
}

void GroupState::report(const Task& task, const Error& error) noexcept {
  if (!on_error) return log_failure(task, error);
  guarded(core, {}, [this, &task, &error] { on_error(task, error); });
}

void GroupState::resolve_if_empty() noexcept {
  if (count > 0) return;
  disarm(core, *this);
  for (Promise<void>& promise : std::exchange(waiting, {}))
    std::move(promise).set_value();
  List<GroupWaitNode> ended;  // one of them may wait anew
  ended.take(waits);
  while (!ended.empty()) {
    GroupWaitNode& wait = ended.pop_front();
    wait.end(wait.canceled() ? Result<void>() : failures.give());
  }
}

void GroupState::stop(Duration grace) noexcept {
  stopping = true;
  if (count == 0) return;
  drop_after(grace);
  cancel_all("its group was stopped");
}

void GroupState::drop_after(Duration grace) noexcept {
  if (core.loop == nullptr) return;
  const TimePoint end = later(core.loop->clock->now(), grace);
  if (!armed() || end < due) arm_at(core, *this, end);
}

void GroupState::cancel_all(const std::string& reason) noexcept {
  stopping = true;
  std::vector<Task> running;  // a cancel may end tasks and whatever else
  for (TaskNode* node = tasks.first(); node != nullptr; node = tasks.next(*node)) {
    running.push_back(TaskRecord::handle(&node->record()));
  }
  for (Task& task : running)
    task.cancel(reason);
}

void GroupState::drop_all() noexcept {
  while (!tasks.empty()) {
    TaskNode& node = tasks.pop_front();
    const Task handle = TaskRecord::handle(&node.record());
    --count;
    drop(&node);
    TaskRecord::of(handle).end(Error(Errc::canceled, "dropped"));
  }
  resolve_if_empty();
}

void GroupState::abandon() noexcept {
  stopping = true;
  while (!waits.empty() && count > 0)
    waits.pop_front().settle_error(Error(Errc::closed, "task group"));
  drop_all();
  if (!failures.unread()) return;
  guarded(core, {}, [this] {
    const Result<void> lost = failures.give();
    report_unread(core, lost.error(), {});
  });
}

}  // namespace eddy::detail
