// SPDX-License-Identifier: MIT
//
// A coroutine as a link of a chain: its frame is the block, its promise the node.
//
// Not for users. While the body is suspended the node waits for what the body awaits, as a link
// made by then() waits for its input; so drop, cancel, tasks and the ready queue need know nothing
// of coroutines. See coro_await.hpp next.
#pragma once

#include <eddy/core/detail/value_node.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace eddy::detail {

/// So many results that are there already a coroutine takes in a row; for the next it waits its
/// turn, lest a loop of them keeps timers and the kernel's events out.
inline constexpr std::uint8_t ready_in_a_row = 64;

/// Base of what lives in the block pool of the thread's loop: frames, by their promise.
///
/// A frame may outlive its loop and must find the pool it came from when its promise is gone
/// already: the place behind the frame says it.
class CoroBlock {
 public:
  static void* operator new(std::size_t size) {
    LoopCore& owner = current_core();
    void* block = owner.allocate(size + sizeof(Owner));
    ::new (behind(block, size)) Owner{&owner};
    return block;
  }
  static void operator delete(void* block, std::size_t size) noexcept {
    LoopCore& owner = *std::launder(static_cast<Owner*>(behind(block, size)))->core;
    owner.deallocate(block, size + sizeof(Owner));
  }

 private:
  struct Owner {
    LoopCore* core;
  };
  /// Frames and sources hold pointers, so their size keeps what comes next aligned.
  static void* behind(void* block, std::size_t size) noexcept {
    return static_cast<std::byte*>(block) + size;
  }
};

/// Opens a promise; the body starts at once, inside the call, unless too many others that were
/// called by one another are in their first part: then it starts in a turn of its own.
template <class Link>
struct CoroStart {
  Link& link;

  bool await_ready() const noexcept { return link.enter(); }
  void await_suspend(std::coroutine_handle<>) const noexcept { enqueue(&link); }
  void await_resume() const noexcept {}
};

/// Ends a body: its locals are gone, its arguments go with the frame.
template <class Link>
struct CoroEnd {
  Link& link;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept { link.end(); }
  void await_resume() const noexcept {}
};

/// The node of a coroutine whose result is a T. Promise is the class derived from this.
template <class T, class Promise>
class CoroNode : public ValueNode<T>, public CoroBlock {
 public:
  CoroStart<CoroNode> initial_suspend() noexcept { return {*this}; }
  CoroEnd<CoroNode> final_suspend() noexcept { return {*this}; }
  void unhandled_exception() noexcept {
    forget_outcome();  // a local's destructor may throw when there is a result already
    outcome_ = this->store_error(Error(std::current_exception()));
  }

  /// A turn of the body.
  void run() noexcept override {
    handle().resume();
    if (this->dropped) [[unlikely]]
      return drop(this);
    if (this->settled()) return propagate(this);
    if (this->cancel_pending) [[unlikely]]
      pass_cancel_on();
  }
  bool advance() noexcept override {
    enqueue(this);
    return false;
  }
  void cancel() noexcept override {}  // it always has an input or is on its way
  bool stops_cancel() noexcept override { return shielded_; }
  void destroy() noexcept override { handle().destroy(); }

  /// Whether the body starts at once. It has then to call leave() when it first gives way.
  bool enter() noexcept {
    starting_ = this->core->coroutines_starting < max_nesting;
    if (starting_) ++this->core->coroutines_starting;
    return starting_;
  }
  /// Whether the body goes on with what `awaited` has given instead of waiting for a turn.
  bool goes_on(const Node& awaited) noexcept {
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): it sees no promise being made
    if (!awaited.settled() || this->dropped || ready_left_ == 0) return false;
    --ready_left_;
    if (awaited.cancel_pending) [[unlikely]]
      this->cancel_pending = true;
    return true;
  }
  /// The body gives way until `awaited` has settled. With `shielded` a soft cancel is kept for the
  /// next wait.
  void wait_for(Node* awaited, bool shielded) noexcept {
    leave();
    shielded_ = shielded;
    this->state = NodeState::waiting;
    std::ignore = connect(this, awaited);
  }
  /// The body goes on. Gives what it has waited for, which need not be what it began to wait for:
  /// of a chain whose leaf lends its value the leaf is left. Null if it had not to wait.
  Node* go_on() noexcept {
    shielded_ = false;
    return std::exchange(this->input, nullptr);
  }
  void end() noexcept {
    leave();
    this->role = NodeRole::other;  // the arguments may own chains, so this is no plain value
    this->state = outcome_;
  }

 protected:
  explicit CoroNode(Site where) noexcept
      : ValueNode<T>(current_core(), where, NodeRole::runs_on_value) {
    this->state = NodeState::running;
  }

  auto handle() noexcept {
    return std::coroutine_handle<Promise>::from_promise(static_cast<Promise&>(*this));
  }
  /// What the node settles as when the locals are gone.
  void set_outcome(NodeState outcome) noexcept { outcome_ = outcome; }
  /// The body gives way.
  void leave() noexcept {
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): it sees no promise being made
    if (starting_) --this->core->coroutines_starting;
    starting_ = false;
    ready_left_ = ready_in_a_row;
  }
  /// A soft cancel that came while the body was running is for what it awaits now. Comes last: it
  /// may run code that drops this coroutine.
  [[gnu::noinline]] void pass_cancel_on() noexcept {
    if (shielded_ || this->state != NodeState::waiting) return;
    this->cancel_pending = false;
    soft_cancel(this->input);
  }

 private:
  void forget_outcome() noexcept {
    if (outcome_ == NodeState::value) std::destroy_at(&this->value);
    if (outcome_ == NodeState::error) std::destroy_at(&this->error);
  }
  NodeState outcome_ = NodeState::waiting;
  std::uint8_t ready_left_ = ready_in_a_row;
  bool starting_ = false;
  bool shielded_ = false;
};

}  // namespace eddy::detail
