// SPDX-License-Identifier: MIT
//
// The loop of asynchronous code: runs a function again and again, in constant memory.
//
// Recursion through returned futures also runs in constant memory; this reads better.
#pragma once

#include <eddy/core/loop.hpp>

#include <type_traits>
#include <utility>

namespace eddy {

/// What the body of a repeat() says at its end.
enum class Next : bool { done, again };

namespace detail {

/// repeat(): one block for all turns. The body dies when the repetition ends, as a continuation
/// does when it has run, and after what its last turn waited for.
template <class F>
class RepeatNode final : public Pooled<RepeatNode<F>, ValueNode<void>> {
  using Base = Pooled<RepeatNode<F>, ValueNode<void>>;
  using R = std::remove_cvref_t<std::invoke_result_t<F&>>;
  static_assert(std::is_same_v<R, Next> || std::is_same_v<R, Future<Next>>,
                "the body of repeat() gives a Next or a Future<Next>");

 public:
  template <class G>
  RepeatNode(LoopCore& owner, Site site, G&& body)
      : Base(owner, site), body_(std::in_place, std::forward<G>(body)) {
    enqueue(this);
  }

  void cancel() noexcept override {}

  bool advance() noexcept override {
    auto* turn = static_cast<ValueNode<Next>*>(this->input);
    NodeState outcome = NodeState::waiting;
    if (turn->state == NodeState::error) {
      outcome = this->store_error(turn->take_error());
    } else if (turn->value == Next::done) {
      outcome = this->store_value();
    }
    this->input = nullptr;
    this->state = NodeState::running;  // what dies here may drop this node
    turn->destroy();
    return outcome == NodeState::waiting ? again() : end(outcome);
  }

  void run() noexcept override {
    ValueNode<Next>* turn = nullptr;
    const NodeState outcome = call(turn);
    if (this->dropped) [[unlikely]] {
      this->state = outcome;
      if (turn != nullptr) drop(turn);
      this->destroy();
    } else if (turn != nullptr) {
      this->state = NodeState::waiting;
      await(turn);
    } else if (outcome == NodeState::waiting ? again() : end(outcome)) {
      propagate(this);
    }
  }

 private:
  /// Runs the body; gives the state `waiting` if it wants another turn or returned a future.
  NodeState call(ValueNode<Next>*& turn) noexcept {
    try {
      if constexpr (is_future<R>) {
        turn = release_node((*body_)());
        return NodeState::waiting;
      } else {
        return (*body_)() == Next::again ? NodeState::waiting : this->store_value();
      }
    } catch (...) {
      return this->store_error(Error(std::current_exception()));
    }
  }

  void await(ValueNode<Next>* turn) noexcept {
    const bool cancel_turn = !turn->settled() && std::exchange(this->cancel_pending, false);
    if (connect(this, turn)) return propagate(this);
    if (cancel_turn) soft_cancel(turn);
  }

  /// Takes another turn, unless a soft cancel came while no leaf could take it.
  bool again() noexcept {
    this->state = NodeState::waiting;
    if (this->dropped) {
      this->destroy();
      return false;
    }
    if (std::exchange(this->cancel_pending, false)) {
      return end(this->store_error(canceled_error(*this)));
    }
    enqueue(this);
    return false;
  }

  /// Settles as `outcome` once the body is gone. Returns true if this node lives.
  bool end(NodeState outcome) noexcept {
    this->state = NodeState::running;  // the body may own the future of this very repeat
    body_.spend();
    this->state = outcome;
    if (!this->dropped) [[likely]]
      return true;
    this->destroy();
    return false;
  }

  Captured<F> body_;
};

}  // namespace detail

/// Calls `body`, which returns a Next or a Future<Next>, until it says Next::done.
///
/// The first call, like every other, has a turn of its own in the ready queue. The captures of the
/// body die when the repetition ends.
/// Errors: those of the body end the repetition.
/// Cancel: soft cancel reaches what the body waits for; a body that never waits ends between turns.
template <class F>
Future<void> repeat(Loop& loop, F&& body, Site site = EDDY_HERE) {
  detail::ValueNode<void>* node =
      detail::RepeatNode<std::decay_t<F>>::make(detail::core_of(loop), site, std::forward<F>(body));
  return detail::make_future(node);
}

}  // namespace eddy
