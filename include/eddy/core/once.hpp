// SPDX-License-Identifier: MIT
//
// Something that is made when it is first asked for, once, however many ask.
//
//     eddy::Once<Connection> database([this] { return connect(); });
//     ... database.get().then([](Connection connection) { ... })
//
// To share a result whose making has begun already use Future::share().
#pragma once

#include <eddy/core/detail/once_state.hpp>

#include <utility>

namespace eddy {

/// Runs a function that returns a Future<T> at most once at a time, and keeps its value. T is
/// copyable, for everybody gets a copy, or void.
///
/// Who asks while it runs waits for that run, whoever began it: if the first to ask is cancelled or
/// dropped, the run goes on for the others. When nobody waits any more it is dropped, as any work
/// whose Future is dropped; the next to ask begins anew.
/// Thread: loop.
/// Lifetime: who still waits when it is destroyed fails with Errc::closed, and the run is dropped.
template <class T>
class Once {
 public:
  /// What becomes of an error: the next to ask tries again, or gets it too.
  enum class Errors : bool { forgotten, kept };

  explicit Once(Function<Future<T>()> make, Errors errors = Errors::forgotten)
      : state_(new detail::OnceState<T>(std::move(make), errors == Errors::kept)) {}
  Once(Once&& other) noexcept = default;
  Once& operator=(Once&& other) noexcept {
    const Once old(std::move(*this));
    state_ = std::move(other.state_);
    return *this;
  }
  ~Once() {
    if (state_) state_->abandon();
  }

  /// Resolves to a copy of the value; runs the function if there is none and it is not running.
  /// Errors: those of the run, the same for all who waited for it; Errc::invalid for the function
  /// itself while it has not returned.
  /// Cancel: total, of this caller.
  [[nodiscard]] Future<T> get(Site site = EDDY_HERE) { return state_->get(site); }

  /// What is kept, or null. Of a Once<void> it only tells whether it was done.
  const Result<T>* peek() const noexcept { return state_->outcome(); }
  /// Whether the function runs, or its Future is waited for.
  bool running() const noexcept { return state_->running(); }
  /// Forgets what is kept, so that the next to ask runs the function again. One that is running
  /// goes on, and is kept.
  void reset() noexcept { state_->reset(); }

 private:
  detail::CountedPtr<detail::OnceState<T>> state_;
};

}  // namespace eddy
