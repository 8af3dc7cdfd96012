// SPDX-License-Identifier: MIT
//
// An adaptor that turns each answer of its source into one of its own, without waiting in between.
//
// Not for users. A step costs one block, however many answers it passes over. The answer that it
// waits for is the stage's, not the step's: one that has come when the step is dropped is the next
// step's.
#pragma once

#include <eddy/core/detail/upstream.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace eddy::detail {

template <class In, class Out>
class StageStep;

/// What a stage makes of an answer: an answer of its own (whose optional is empty at the end), or
/// nothing, if it has to ask again.
template <class Out>
using Answer = std::optional<std::optional<Out>>;

/// Base of the adaptors whose own functions do not wait.
template <class In, class Out>
class Stage : public AsyncSource<Out>, public IntakeOwner {
 public:
  explicit Stage(AsyncIterator<In>&& source)
      : upstream_(std::move(source)), asking_(current_core(), *this, Intake::Tells::in_turn) {}

  Future<std::optional<Out>> next() override {
    step_ = StageStep<In, Out>::make(current_core(), EDDY_HERE, *this);
    Future<std::optional<Out>> answer =
        make_future(static_cast<ValueNode<std::optional<Out>>*>(step_));
    ask_once();
    return answer;
  }
  Future<void> close() override {
    return call_held(*this, [this] {
      stop_asking();
      return upstream_.close();
    });
  }

 protected:
  friend class StageStep<In, Out>;

  virtual Future<std::optional<In>> ask() { return upstream_.next(); }
  /// Takes an answer, empty at the end. May throw.
  virtual Answer<Out> step(std::optional<In>&& answer) = 0;

  void stop_asking() noexcept { upstream_.take_back(asking_); }

  Upstream<In> upstream_;

 private:
  using Asked = std::optional<In>;

  /// The source has answered, in a turn of its own.
  void arrived(Intake&) noexcept override {
    if (step_ == nullptr) return;
    const CountedPtr<Stage> hold(this);
    step_->cancel_pending = step_->cancel_pending || asking_.cancel_pending;
    if (asking_.template peek<Asked>() == nullptr)
      return fail(asking_.template take_error<Asked>());
    try {
      Answer<Out> answer = step_through();
      if (step_ == nullptr) return;  // dropped by what died, or by the function itself
      if (answer) return std::exchange(step_, nullptr)->give(*std::move(answer));
    } catch (...) {
      return fail(Error(std::current_exception()));
    }
    if (std::exchange(step_->cancel_pending, false))  // it found nobody who waits
      return fail(canceled_error(*step_));
    ask_once();
  }
  /// Asks, unless the answer to somebody who has gone is there, or to come. A cancel that comes
  /// from what it calls reaches what that gave.
  void ask_once() noexcept {
    if (asking_.ready()) return asking_.tell_again();
    if (asking_.busy()) return;
    asking_.await(ask_guarded());
    const bool waits = step_ != nullptr && !asking_.ready();
    if (waits && std::exchange(step_->cancel_pending, false)) asking_.cancel_input();
  }
  /// Takes the answer from its node, so that no leaf takes it back, and not out of it: that costs
  /// a move.
  Answer<Out> step_through() {
    const Spent<Asked> spent(release_node(asking_.template future<Asked>()));
    if (!spent->value) upstream_.end();
    return step(std::move(spent->value));
  }
  void fail(Error&& error) noexcept {
    if (step_ == nullptr) return report_unless_canceled(error);
    std::exchange(step_, nullptr)->refuse(std::move(error));
  }
  static void report_unless_canceled(const Error& error) noexcept {
    if (!(error == Errc::canceled)) report_unread(current_core(), error, EDDY_HERE);
  }
  Future<Asked> ask_guarded() noexcept {
    try {
      return ask();
    } catch (...) {
      return failed_future<Asked>(Error(std::current_exception()));
    }
  }

  Intake asking_;
  StageStep<In, Out>* step_ = nullptr;  // the reader, if it waits
};

/// The next() of a Stage.
template <class In, class Out>
class StageStep final : public Pooled<StageStep<In, Out>, LeafNode<std::optional<Out>>> {
  using Base = Pooled<StageStep, LeafNode<std::optional<Out>>>;

 public:
  StageStep(LoopCore& owner, Site site, Stage<In, Out>& stage) noexcept
      : Base(owner, site), stage_(&stage) {}
  /// Dropped: takes the question back, but not the answer.
  ~StageStep() override {
    if (stage_ == nullptr) return;
    stage_->step_ = nullptr;
    if (!stage_->asking_.ready()) stage_->asking_.forget();
  }

  const char* waits_for() const noexcept override { return "the next item"; }

  void give(std::optional<Out>&& answer) noexcept {
    stage_ = nullptr;
    this->settle_value(std::move(answer));
  }
  void refuse(Error&& failure) noexcept {
    stage_ = nullptr;
    this->settle_error(std::move(failure));
  }
  /// Reaches what the stage waits for; when that has come already it is heard with the answer.
  void cancel() noexcept override {
    if (!stage_->asking_.busy() || stage_->asking_.ready()) {
      this->cancel_pending = true;
    } else {
      stage_->asking_.cancel_input();
    }
  }

 private:
  void stop() noexcept override {}

  Stage<In, Out>* stage_;
};

/// Takes one item out of a source and keeps it until somebody uses it.
template <class T>
class Holder final : public Stage<T, Unit> {
 public:
  using Stage<T, Unit>::Stage;

  bool open() const noexcept { return this->upstream_.open(); }

  std::optional<T> item;

 private:
  Answer<Unit> step(std::optional<T>&& answer) override {
    if (!answer) return Answer<Unit>(std::in_place);
    item = std::move(answer);
    return std::optional<Unit>(Unit());
  }
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
