// SPDX-License-Identifier: MIT
#include <eddy/core/task_group.hpp>

#include <utility>

#include "core/group_state.hpp"

namespace eddy {

TaskGroup::TaskGroup(Loop& loop, ErrorHandler on_error)
    : TaskGroup(loop, OnError::report, std::move(on_error)) {}

TaskGroup::TaskGroup(Loop& loop, OnError policy, ErrorHandler on_error)
    : state_(std::make_shared<detail::GroupState>(
          detail::core_of(loop), policy, std::move(on_error))) {}

TaskGroup::~TaskGroup() {
  const auto state = std::move(state_);
  state->abandon();
}

Task TaskGroup::spawn(std::string name, Future<void> work, Site site) {
  detail::LoopCore& core = state_->core;
  auto* record = new detail::TaskRecord(core, std::move(name), site);
  Task task = detail::TaskRecord::handle(record);
  if (state_->stopping || core.loop == nullptr) {
    record->end(Error(Errc::canceled, "the group is stopping"));
    return task;
  }
  record->started = core.loop->clock->now();
  record->context.values = detail::context_of(core, core.current_task);
  detail::Node* chain = detail::release_node(std::move(work));
  auto* node = detail::TaskNode::make(core, site, *record, *state_);
  state_->tasks.push_back(*node);
  core.loop->tasks.push_back(*node);
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
  if (state_->count == 0) return turn(site);
  if (state_->core.loop == nullptr) {
    return detail::settled_future(state_->core, site, Result<void>(Errc::closed));
  }
  return detail::wait_in(state_->waiting, state_->core.loop->loop, site);
}

Future<void> TaskGroup::wait(Site site) {
  detail::LoopCore& core = state_->core;
  if (state_->count == 0) return detail::settled_future(core, site, state_->failures.give());
  if (core.loop == nullptr) {
    return detail::settled_future(core, site, Result<void>(Errc::closed));
  }
  auto* node = detail::GroupWaitNode::make(core, site, state_);
  state_->waits.push_back(*node);
  return detail::make_future<void>(static_cast<detail::ValueNode<void>*>(node));
}

Future<void> TaskGroup::turn(Site site) {
  return detail::settled_future(state_->core, site);
}

}  // namespace eddy
