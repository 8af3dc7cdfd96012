// SPDX-License-Identifier: MIT
#include <eddy/core/detail/node.hpp>

#include "core/task_scope.hpp"

namespace eddy::detail {
namespace {

/// Destroys from the leaf to `root`. A running link is only marked: its code is on the stack.
void destroy_chain(Node* root) noexcept {
  root->consumer = nullptr;
  Node* node = root;
  while (node->input != nullptr)
    node = node->input;
  while (node != nullptr) {
    Node* const below = node->consumer;
    if (below != nullptr) below->input = nullptr;
    node->consumer = nullptr;
    if (node->state == NodeState::running) {
      node->dropped = true;
    } else {
      if (node->state == NodeState::queued) unlink(node);
      if (node->role == NodeRole::lends) node->dropped = true;  // not used up: it goes back
      node->destroy();
    }
    node = below;
  }
}

/// Puts a drop off. The chain above is cut from `root`, so that nothing reaches it meanwhile.
void doom(Node* root) noexcept {
  root->consumer = nullptr;
  if (root->state == NodeState::running) {
    root->dropped = true;
    return;
  }
  if (root->state == NodeState::queued) {
    unlink(root);
    root->state = NodeState::waiting;
  }
  if (root->input != nullptr) root->input->consumer = nullptr;
  root->next = root->core->doomed;
  root->core->doomed = root;
}

void destroy_doomed(LoopCore& core) noexcept {
  while (Node* root = core.doomed) {
    core.doomed = root->next;
    if (root->input != nullptr) root->input->consumer = root;
    destroy_chain(root);
  }
}

/// Gives a node of the code in `from` to `to`. One in a scope of its own stays there, and the scope
/// moves.
void give_to(Node& node, TaskScope* from, TaskScope* to) noexcept {
  TaskScope* scope = TaskScope::of(node.task);
  if (!TaskScope::inside(scope, from)) {
    retain_task(to);
    release_task(node.task);
    node.task = to;
    return;
  }
  while (scope->parent != to && TaskScope::inside(scope->parent, from))
    scope = scope->parent;
  if (scope != to && scope->parent != to) scope->move_into(to);
}

}  // namespace

void drop(Node* node) noexcept {
  LoopCore& core = *node->core;
  core.check_thread();
  if (core.drop_depth >= max_nesting) return doom(node);
  const CoreHold hold(core);
  ++core.drop_depth;
  destroy_chain(node);
  if (core.drop_depth == 1) destroy_doomed(core);
  --core.drop_depth;
}

Node* replace_by_leaf(Node* node) noexcept {
  Node* const leaf = std::exchange(node->input, nullptr);
  leaf->cancel_pending = node->cancel_pending;
  leaf->consumer = std::exchange(node->consumer, nullptr);
  if (leaf->consumer != nullptr) leaf->consumer->input = leaf;
  node->destroy();
  return leaf;
}

void propagate_further(Node* node) noexcept {
  while (Node* consumer = node->consumer) {
    if (node->state == NodeState::lent) node = replace_by_leaf(node);
    if (node->cancel_pending) [[unlikely]]
      consumer->inherit_cancel();
    if (!advance(consumer, node)) return;
    node = consumer;
  }
}

void soft_cancel(Node* node) noexcept {
  node->core->check_thread();
  while (node->state == NodeState::waiting && !node->stops_cancel()) {
    if (node->input == nullptr) return node->cancel();
    node = node->input;
  }
  node->cancel_pending = true;
}

void note_passage(const Node& node, Error& error) noexcept {
  if (node.line == 0) return;  // a link of the framework's own
  try {
    error.passed(node.site());
  } catch (...) {  // no memory: the error itself is worth more than its way
    return;
  }
}

void adopt_chain(Node* node, TaskUse* task) noexcept {
  TaskScope* const from = TaskScope::of(node->core->current_task);
  Node* arms = nullptr;  // of the forks below, still to be visited
  for (;;) {
    for (; node != nullptr; node = node->input) {
      give_to(*node, from, TaskScope::of(task));
      node->list_arms(arms);
    }
    if (arms == nullptr) return;
    node = arms->input;
    arms = arms->next;
  }
}

}  // namespace eddy::detail
