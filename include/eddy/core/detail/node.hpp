// SPDX-License-Identifier: MIT
//
// A link of a chain of continuations: its place in the chain, in the ready queue and in its task.
//
// Not for users. A chain is owned from its end: a Future owns the last node, each node owns its
// `input`. `consumer` points back and owns nothing. Results move towards the consumer, cancellation
// moves towards the leaf, and drop() destroys from the leaf to the end. See value_node.hpp next.
#pragma once

#include <eddy/core/detail/loop_core.hpp>

#include <cstdint>
#include <utility>

namespace eddy::detail {

enum class NodeState : std::uint8_t {
  waiting,  // for its input, or for the outside world
  queued,   // in the ready queue
  running,  // user code of this node is on the stack
  value,    // settled
  error,    // settled
  taken,    // settled, and the result was moved out
  lent,     // settled, and the value is still that of the input, a leaf that lends
};

/// What a node does when its input settles.
enum class NodeRole : std::uint8_t {
  other,          // advance() knows
  lends,          // a leaf: takes its value back if it is dropped before anybody took it
  runs_on_value,  // runs user code if there is a value, so that it need not be asked
  adopts,         // hands the result on unchanged
};

/// How many nodes and handles refer to a task, or to a scope inside it: all that nodes see of one.
struct TaskUse {
  std::size_t count = 0;
};

/// The last reference is gone.
EDDY_EXPORT void forget_task(TaskUse* task) noexcept;

inline void retain_task(TaskUse* task) noexcept {
  if (task != nullptr) ++task->count;
}
inline void release_task(TaskUse* task) noexcept {
  if (task != nullptr && --task->count == 0) forget_task(task);
}

/// The untyped part of every link.
class Node {
 public:
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() { release_task(task); }  // called by destroy() alone

  /// Runs user code; called from the ready queue only, with the state `running`.
  virtual void run() noexcept { EDDY_ASSERT(false, "this node is never queued"); }
  /// The input has settled. Returns true if this node thereby settled too, without user code.
  virtual bool advance() noexcept {
    EDDY_ASSERT(false, "this node has no input");
    return false;
  }
  /// Soft cancel of a node without an input: a leaf fails, a fork passes it on to its arms.
  virtual void cancel() noexcept = 0;
  /// Destroys the object and gives the block back.
  virtual void destroy() noexcept = 0;
  /// Soft cancel comes by: whether it stops here, to be delivered when the node settles.
  virtual bool stops_cancel() noexcept { return false; }
  /// A soft cancel found no leaf in the input, which has settled: it is this node's to deliver.
  virtual void inherit_cancel() noexcept { cancel_pending = true; }
  /// What a leaf waits for, in two words for a dump of all tasks.
  virtual const char* waits_for() const noexcept { return "an operation"; }
  /// Puts the arms of a fork in front of a list that is linked by `next`: arms are never queued.
  virtual void list_arms(Node*&) noexcept {}

  bool settled() const noexcept { return state >= NodeState::value; }
  Site site() const noexcept { return Site{file, line}; }

  LoopCore* const core;
  Node* input = nullptr;
  Node* consumer = nullptr;
  Node* next;  // in the ready queue, and undefined outside it
  Node* previous;
  TaskUse* task;
  const char* const file;  // with `line` the place that made this node
  const unsigned line;
  NodeState state = NodeState::waiting;
  NodeRole role;
  bool dropped = false;         // running: dies when its code returns; dying: is of no use
  bool cancel_pending = false;  // soft cancel that found no leaf yet

 protected:
  Node(LoopCore& owner, Site where, NodeRole as = NodeRole::other) noexcept
      : core(&owner), task(owner.current_task), file(where.file), line(where.line), role(as) {
    retain_task(task);
  }
};

/// Puts `node` at the end of the ready queue.
inline void enqueue(Node* node) noexcept {
  LoopCore& core = *node->core;
  node->state = NodeState::queued;
  node->next = nullptr;
  node->previous = core.ready_tail;
  (core.ready_tail != nullptr ? core.ready_tail->next : core.ready_head) = node;
  core.ready_tail = node;
}

/// Takes `node` out of the ready queue, wherever it stands.
inline void unlink(Node* node) noexcept {
  LoopCore& core = *node->core;
  (node->previous != nullptr ? node->previous->next : core.ready_head) = node->next;
  (node->next != nullptr ? node->next->previous : core.ready_tail) = node->previous;
}

/// Tells `consumer` that its `input` has settled; true if it thereby settled too.
inline bool advance(Node* consumer, Node* input) noexcept {
  if (input->state != NodeState::value || consumer->role != NodeRole::runs_on_value)
    return consumer->advance();
  enqueue(consumer);
  return false;
}

/// Takes a link out of the chain that has settled as `lent`: gives the leaf, which has its place.
///
/// So the value stays where it can be taken back from until a continuation runs with it.
EDDY_EXPORT Node* replace_by_leaf(Node* node) noexcept;

/// What propagate() does where the next link is not just to run.
EDDY_EXPORT void propagate_further(Node* node) noexcept;

/// Tells the consumers of `node`, which has just settled, until one of them has to wait or to run.
inline void propagate(Node* node) noexcept {
  Node* const consumer = node->consumer;
  if (consumer == nullptr) return;
  const bool plain = node->state == NodeState::value && !node->cancel_pending;
  if (plain && consumer->role == NodeRole::runs_on_value) [[likely]]
    return enqueue(consumer);
  propagate_further(node);
}

/// Destroys the chain that ends in `node`: first its leaf, so that no operation outlives the
/// captures it works on, then link by link. A running link dies when its code returns.
///
/// A drop inside a drop (a capture that owns a chain) is carried out at once up to a fixed depth;
/// deeper ones are put off to the outermost drop, so that no nesting exhausts the stack.
EDDY_EXPORT void drop(Node* node) noexcept;

/// Soft cancel of the chain that ends in `node`: its pending leaf fails with Errc::canceled.
EDDY_EXPORT void soft_cancel(Node* node) noexcept;

/// What a leaf that is cancelled fails with: Errc::canceled and the reason that Task::cancel()
/// gave.
[[gnu::cold]] EDDY_EXPORT Error canceled_error(const Node& leaf) noexcept;

/// In debug mode: adds the place of `node` to the trace of an error that leaves it.
[[gnu::cold]] EDDY_EXPORT void note_passage(const Node& node, Error& error) noexcept;

/// Gives all nodes of the chain to `task`. Scopes that were opened for some of them move into it.
EDDY_EXPORT void adopt_chain(Node* node, TaskUse* task) noexcept;

/// Makes `consumer` wait for `input`. Returns true if it settled at once, without user code.
inline bool connect(Node* consumer, Node* input) noexcept {
  consumer->input = input;
  input->consumer = consumer;
  if (!input->settled()) [[likely]]
    return false;
  if (input->state == NodeState::lent) [[unlikely]]
    input = replace_by_leaf(input);
  if (input->cancel_pending) [[unlikely]]
    consumer->inherit_cancel();
  return advance(consumer, input);
}

}  // namespace eddy::detail
