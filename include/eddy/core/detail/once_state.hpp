// SPDX-License-Identifier: MIT
//
// What a Once and those who wait for it share: the function, its run, its outcome.
//
// Not for users.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/detail/waiter.hpp>

#include <utility>

namespace eddy::detail {

template <class T>
class OnceState final : public Counted {
 public:
  static constexpr const char* waited_for = "what is made once";

  OnceState(Function<Future<T>()>&& make, bool keep_errors) noexcept
      : make_(std::move(make)), keep_errors_(keep_errors) {}

  Future<T> get(Site site) {
    if (outcome_) return copy(*outcome_, site);
    if (starting_) {
      return failed_future<T>(Error(Errc::invalid, "the function of a Once waits for it"), site);
    }
    Future<T> waiting = wait_in_line<T>(*this, site);
    if (!work_.valid()) start();
    return waiting;
  }
  /// A waiter has gone: without any, the work is for nobody.
  void left() noexcept {
    if (!waiters.empty()) return;
    const CountedPtr<OnceState> hold(this);
    const Future<void> unwanted = std::move(work_);
  }
  void reset() noexcept { const CountedPtr<Outcome> forgotten = std::move(outcome_); }
  /// The Once is gone.
  void abandon() noexcept {
    const CountedPtr<OnceState> hold(this);
    abandoned_ = true;
    const Future<void> unwanted = std::move(work_);
    const Error gone(Errc::closed, "once");
    while (!waiters.empty())
      waiters.pop_front().settle_error(gone);
    reset();
  }

  bool running() const noexcept { return starting_ || work_.valid(); }
  const Result<T>* outcome() const noexcept { return outcome_ ? &outcome_->result : nullptr; }

  Waiters<T, OnceState> waiters;

 private:
  struct Outcome final : Counted {
    explicit Outcome(Result<T>&& made) : result(std::move(made)) {}
    Result<T> result;
  };

  void start() noexcept {
    const CountedPtr<OnceState> hold(this);
    starting_ = true;
    Future<T> made = call();
    starting_ = false;
    if (abandoned_) return;
    work_ = std::move(made).complete([this](Result<T>&& result) { finish(std::move(result)); });
  }
  Future<T> call() noexcept {
    try {
      Future<T> made = make_();
      if (made.valid()) return made;
      return failed_future<T>(Error(Errc::invalid, "the function of a Once gave no future"));
    } catch (...) {
      return failed_future<T>(Error(std::current_exception()));
    }
  }
  /// Runs inside `work_`. Who asks anew from now on has the outcome, or begins another run.
  void finish(Result<T>&& result) {
    const CountedPtr<OnceState> hold(this);
    const CountedPtr<Outcome> outcome(new Outcome(std::move(result)));
    if (outcome->result || keep_errors_) outcome_ = outcome;
    const Future<void> done = std::move(work_);
    Waiters<T, OnceState> told;
    told.take(waiters);
    while (!told.empty())
      tell(told.pop_front(), outcome->result);
  }
  static void tell(Waiter<T, OnceState>& waiter, const Result<T>& result) noexcept {
    if (!result) return waiter.settle_error(Error(result.error()));
    if constexpr (std::is_void_v<T>) {
      waiter.settle_value();
    } else {
      waiter.settle_value(*result);
    }
  }
  Future<T> copy(const Outcome& outcome, Site site) {
    if (!outcome.result) return failed_future<T>(Error(outcome.result.error()), site);
    if constexpr (std::is_void_v<T>) {
      return ready_future(site);
    } else {
      return served_at_once<T>(*this, site, 0, *outcome.result);
    }
  }

  Function<Future<T>()> make_;
  const bool keep_errors_;
  bool starting_ = false;
  bool abandoned_ = false;
  CountedPtr<Outcome> outcome_;
  Future<void> work_;  // dies first
};

}  // namespace eddy::detail
