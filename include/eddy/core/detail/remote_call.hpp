// SPDX-License-Identifier: MIT
//
// A function that one thread sends to another's loop, and the way of its result back.
//
// Not for users. Whatever happens, the slot is settled once: with the result, or with Errc::closed
// if the loop goes before the function was called or before its Future is ready.
#pragma once

#include <eddy/core/detail/step_node.hpp>
#include <eddy/core/detail/task_context.hpp>
#include <eddy/core/remote_promise.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace eddy::detail {

/// What a call of F on its loop gives in the end.
template <class F>
using CallValue = CarriedBy<std::invoke_result_t<F&>>;

/// Where the caller waits for the result. Thread: any.
template <class T>
class CallSlot {
 public:
  CallSlot() = default;
  CallSlot(const CallSlot&) = delete;
  CallSlot& operator=(const CallSlot&) = delete;
  virtual ~CallSlot() = default;

  /// Called once, by whichever thread knows the outcome.
  virtual void settle(Result<T>&& result) noexcept = 0;

  bool wanted() const noexcept { return wanted_.load(std::memory_order_relaxed); }
  void give_up() noexcept { wanted_.store(false, std::memory_order_relaxed); }

  /// What runs on the loop for it, if it runs. Thread: that loop's.
  std::weak_ptr<RemoteLink> running;

 private:
  std::atomic<bool> wanted_{true};
};

/// The chain on the loop. Owns itself until it has settled the slot.
template <class T>
class RunningCall final : public RemoteLink, public std::enable_shared_from_this<RunningCall<T>> {
 public:
  RunningCall(Loop& loop, std::shared_ptr<CallSlot<T>> slot)
      : RemoteLink(loop), slot_(std::move(slot)) {}

  template <class F>
  void start(F&& function) {
    chain_ = ready_future()
                 .then(std::forward<F>(function))
                 .complete([this](Result<T>&& result) { finish(std::move(result)); })
                 .or_else([this](Error thrown) { finish(std::move(thrown)); });  // by the value
    self_ = this->shared_from_this();
    slot_->running = self_;
  }
  /// The loop ends, or nobody waits any more.
  void release() noexcept override {
    const auto hold = self_;
    chain_ = {};
    finish(Error(Errc::closed, "loop"));
  }

 private:
  void finish(Result<T>&& result) noexcept {
    const auto hold = std::exchange(self_, nullptr);
    if (hold == nullptr) return;
    retire();
    slot_->settle(std::move(result));
  }

  const std::shared_ptr<CallSlot<T>> slot_;
  std::shared_ptr<RunningCall> self_;
  Future<void> chain_;
};

/// What is posted: starts the call, or says that there was no loop to run it.
template <class T, class F>
class CallStart {
 public:
  CallStart(std::shared_ptr<CallSlot<T>> slot, F&& function)
      : slot_(std::move(slot)), function_(std::move(function)) {}
  CallStart(CallStart&& other) noexcept(std::is_nothrow_move_constructible_v<F>) = default;
  CallStart& operator=(CallStart&&) = delete;
  ~CallStart() {
    if (slot_ != nullptr) slot_->settle(Error(Errc::closed, "loop"));
  }

  void operator()() {
    const std::shared_ptr<CallSlot<T>> slot = std::exchange(slot_, nullptr);
    if (!slot->wanted()) return;
    const ContextScope caller(std::move(context_));
    try {
      std::make_shared<RunningCall<T>>(*this_thread_loop(), slot)->start(std::move(function_));
    } catch (...) {  // the function's own move
      slot->settle(Error(std::current_exception()));
    }
  }

 private:
  std::shared_ptr<CallSlot<T>> slot_;  // null once it is somebody else's to settle
  F function_;
  CapturedContext context_ = capture_context();
};

/// Calls `function` on the loop of `poster`, with `slot` for the result.
template <class T, class F>
void call_on(const Poster& poster, std::shared_ptr<CallSlot<T>> slot, F function) {
  // If the loop is gone, the destructor of what was to be posted settles the slot.
  std::ignore = poster.post(CallStart<T, F>(std::move(slot), std::move(function)));
}

}  // namespace eddy::detail
