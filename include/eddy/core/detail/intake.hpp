// SPDX-License-Identifier: MIT
//
// A future that a source waits for on its own account, whether or not somebody asks it for an item.
//
// Not for users. A member of its source. It keeps the result until the source takes it, so that an
// error that nobody takes is reported.
#pragma once

#include <eddy/core/future.hpp>

#include <utility>

namespace eddy::detail {

class Intake;

/// What has intakes.
class IntakeOwner {
 public:
  virtual ~IntakeOwner() = default;

 protected:
  friend class Intake;

  /// `intake` has its result.
  virtual void arrived(Intake& intake) noexcept = 0;
};

/// Waits for one future at a time.
class Intake : public Node {
 public:
  enum class Tells {
    at_once,  // arrived() runs no code of users, though it may settle futures
    in_turn,  // arrived() runs from the ready queue and may do anything
  };

  Intake(LoopCore& loop, IntakeOwner& owner, Tells tells, Site where = EDDY_HERE) noexcept
      : Node(loop, where), owner_(owner), tells_(tells) {}
  ~Intake() override { forget(); }

  /// Waits for `future`. The node belongs to the task that waits.
  template <class T>
  void await(Future<T>&& future) noexcept {
    forget();
    cancel_pending = false;
    retain_task(core->current_task);
    release_task(std::exchange(task, core->current_task));
    std::ignore = connect(this, release_node(std::move(future)));
  }
  /// Whether there is a future, with its result or still to come.
  bool busy() const noexcept { return input != nullptr; }
  bool ready() const noexcept { return input != nullptr && input->settled(); }
  /// The value of the Future<T> that is ready; null if it failed.
  template <class T>
  const T* peek() const noexcept {
    return input->state == NodeState::value ? &static_cast<ValueNode<T>*>(input)->value : nullptr;
  }
  /// The error of the Future<T> that failed.
  template <class T>
  Error take_error() {
    return take<T>().error();
  }
  /// The result of the Future<T> that is ready.
  template <class T>
  Result<T> take() {
    return take_result(future<T>());
  }
  /// The Future<T> itself.
  template <class T>
  Future<T> future() noexcept {
    leave_queue();
    input->consumer = nullptr;
    return make_future(static_cast<ValueNode<T>*>(std::exchange(input, nullptr)));
  }
  void cancel_input() noexcept {
    if (input != nullptr && !input->settled()) soft_cancel(input);
  }
  /// Tells of a result that is there once more, in a turn.
  void tell_again() noexcept {
    if (state != NodeState::queued) enqueue(this);
  }
  /// Drops the future.
  void forget() noexcept {
    leave_queue();
    if (input != nullptr) drop(std::exchange(input, nullptr));
  }

  void run() noexcept override {
    state = NodeState::waiting;
    owner_.arrived(*this);
  }
  bool advance() noexcept override {
    if (tells_ == Tells::in_turn) {
      enqueue(this);
    } else {
      owner_.arrived(*this);
    }
    return false;
  }
  void cancel() noexcept override {}
  void destroy() noexcept override {}  // the source's

 private:
  void leave_queue() noexcept {
    if (state == NodeState::queued) unlink(this);
    state = NodeState::waiting;
  }

  IntakeOwner& owner_;
  const Tells tells_;
};

}  // namespace eddy::detail
