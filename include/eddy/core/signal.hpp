// SPDX-License-Identifier: MIT
//
// Functions that are called, and waited for, when something happens: one after the other, in the
// order in which they were connected.
//
// For hooks, whose caller wants to know when all have done their work. To tell tasks, who go on by
// themselves, use core/broadcast.hpp. For signals of the system see core/signal_watcher.hpp.
#pragma once

#include <eddy/core/connection.hpp>
#include <eddy/core/detail/signal_state.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace eddy {

/// An ordered list of asynchronous receivers of `Args`.
///
/// While it is called, and once freeze() was called for good, nothing can be connected; so a call
/// reaches those who were there when it began, less those who are disconnected meanwhile.
/// Thread: loop.
/// Lifetime: a call that runs goes on without it.
template <class... Args>
class Signal {
  using State = detail::SignalState<Args...>;
  using Slot = detail::Slot<Args...>;

 public:
  Signal() : state_(new State) {}
  Signal(Signal&& other) noexcept = default;
  Signal& operator=(Signal&& other) noexcept {
    const Signal old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~Signal() = default;

  /// Adds `receiver`, which takes the arguments by constant reference and returns a Future<void> or
  /// nothing, at the end, for as long as the Connection lives.
  ///
  /// The arguments live until the call is done, so that the work of a receiver may refer to them.
  /// Errors: Errc::invalid if the signal is frozen or being called.
  template <class F>
  [[nodiscard]] Result<Connection> connect(F&& receiver) {
    if (state_->frozen) return Error(Errc::invalid, "connect to a frozen signal");
    if (state_->calls != 0) return Error(Errc::invalid, "connect to a signal that is being called");
    state_->sweep();
    detail::CountedPtr<Slot> slot(new Slot(returns_future(std::forward<F>(receiver))));
    state_->slots.push_back(slot);
    return Connection(detail::CountedPtr<detail::SlotBase>(slot.get()));
  }

  /// Calls the receivers, each when the one before is done, until one fails.
  ///
  /// Errors: that of the receiver that failed, with its number, counted from 1.
  /// Cancel: soft cancel reaches the receiver that is at work and ends the call, drop drops its
  /// work.
  [[nodiscard]] Future<void> call(Args... args) {
    return run(&detail::SignalCall<Args...>::next, std::forward<Args>(args)...);
  }
  /// Calls all receivers, each when the one before is done, whatever becomes of them.
  ///
  /// Errors: the first, with the messages of the others. Cancel: as of call(); a receiver that
  /// fails with Errc::canceled ends the call too.
  [[nodiscard]] Future<void> call_all(Args... args) {
    return run(&detail::SignalCall<Args...>::next_of_all, std::forward<Args>(args)...);
  }

  /// Refuses new receivers from now on.
  void freeze() noexcept { state_->frozen = true; }
  /// Whether a receiver would be refused now.
  bool frozen() const noexcept { return state_->frozen || state_->calls != 0; }
  /// A signal of its own with the same receivers, not frozen. They go from it when they are
  /// disconnected.
  [[nodiscard]] Signal clone() const {
    Signal copy;
    copy.state_->slots = state_->slots;
    return copy;
  }
  /// How many receivers are connected.
  std::size_t size() const noexcept {
    std::size_t count = 0;
    for (const auto& slot : state_->slots)
      count += slot->connected() ? 1 : 0;
    return count;
  }

 private:
  using Step = Future<Next> (detail::SignalCall<Args...>::*)();

  template <class F>
  static typename Slot::Receiver returns_future(F&& receiver) {
    using Result = std::invoke_result_t<std::decay_t<F>&, detail::Passed<Args>...>;
    if constexpr (std::is_void_v<Result>) {
      return [receiver = std::forward<F>(receiver)](detail::Passed<Args>... args) mutable {
        receiver(args...);
        return ready_future();
      };
    } else {
      return typename Slot::Receiver(std::forward<F>(receiver));
    }
  }

  Future<void> run(Step step, Args... args) {
    EDDY_ASSERT(this_thread_loop() != nullptr, "this thread has no eddy::Loop");
    state_->sweep();
    detail::SignalCall<Args...> call(state_, EDDY_HERE, std::forward<Args>(args)...);
    return repeat(*this_thread_loop(),
                  [call = std::move(call), step]() mutable { return (call.*step)(); });
  }

  detail::CountedPtr<State> state_;
};

}  // namespace eddy
