// SPDX-License-Identifier: MIT
//
// An adaptor that turns each answer of its source into one of its own, without waiting in between.
//
// Not for users. A step costs one block, however many answers it passes over.
#pragma once

#include <eddy/core/detail/upstream.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace eddy::detail {

template <class In, class Out>
class StepThroughNode;

/// What a stage makes of an answer: an answer of its own (whose optional is empty at the end), or
/// nothing, if it has to ask again.
template <class Out>
using Answer = std::optional<std::optional<Out>>;

/// Base of the adaptors whose own functions do not wait.
template <class In, class Out>
class Stage : public AsyncSource<Out> {
 public:
  explicit Stage(AsyncIterator<In>&& source) noexcept : upstream_(std::move(source)) {}

  Future<std::optional<Out>> next() override {
    auto* step = StepThroughNode<In, Out>::make(current_core(), EDDY_HERE, *this);
    step->ask();
    return make_future(static_cast<ValueNode<std::optional<Out>>*>(step));
  }
  Future<void> close() override { return upstream_.close(); }

 protected:
  friend class StepThroughNode<In, Out>;

  virtual Future<std::optional<In>> ask() { return upstream_.next(); }
  /// Takes an answer, empty at the end. May throw.
  virtual Answer<Out> step(std::optional<In>&& answer) = 0;

  Upstream<In> upstream_;
};

/// The next() of a Stage: asks until there is an answer to give.
template <class In, class Out>
class StepThroughNode final
    : public Pooled<StepThroughNode<In, Out>, ValueNode<std::optional<Out>>> {
  using Base = Pooled<StepThroughNode, ValueNode<std::optional<Out>>>;
  using Asked = ValueNode<std::optional<In>>;

 public:
  StepThroughNode(LoopCore& owner, Site site, Stage<In, Out>& stage) noexcept
      : Base(owner, site, NodeRole::runs_on_value), stage_(stage) {
    this->state = NodeState::running;  // until ask() has asked
  }

  void ask() noexcept {
    Asked* asked = release_node(ask_guarded());
    if (this->dropped) [[unlikely]] {
      drop(asked);
      return this->destroy();
    }
    this->state = NodeState::waiting;
    if (connect(this, asked)) propagate(this);
  }

  void cancel() noexcept override {}
  /// Values go to run(): this is an error.
  bool advance() noexcept override {
    return this->settle_from_error(static_cast<Asked*>(this->input));
  }

  void run() noexcept override {
    auto* spent = static_cast<Asked*>(std::exchange(this->input, nullptr));
    NodeState outcome = outcome_of(spent);
    spent->drop_value();
    spent->destroy();
    if (outcome == NodeState::waiting && !this->dropped) {
      if (!std::exchange(this->cancel_pending, false)) return ask();
      outcome = this->store_error(Errc::canceled);  // it found nobody who waits
    }
    this->state = outcome;
    if (!this->dropped) [[likely]]
      return propagate(this);
    this->destroy();
  }

 private:
  Future<std::optional<In>> ask_guarded() noexcept {
    try {
      return stage_.ask();
    } catch (...) {
      return failed_future<std::optional<In>>(Error(std::current_exception()), this->site());
    }
  }
  NodeState outcome_of(Asked* spent) noexcept {
    try {
      Answer<Out> answer = stage_.step(std::move(spent->value));
      return answer ? this->store_value(*std::move(answer)) : NodeState::waiting;
    } catch (...) {
      return this->store_error(Error(std::current_exception()));
    }
  }

  Stage<In, Out>& stage_;
};

/// What a function of the user gave, or its error as an exception: for a step, which may throw.
template <class R>
R value_or_raise(R given) {
  return given;
}
template <class T>
T value_or_raise(Result<T> given) {
  if (!given) given.error().raise();
  return *std::move(given);
}

}  // namespace eddy::detail
