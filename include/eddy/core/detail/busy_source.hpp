// SPDX-License-Identifier: MIT
//
// A source that works between the questions of its reader: it watches futures of its own.
//
// Not for users. What has arrived waits in the source until it is asked for, so that a reader who
// is dropped has taken nothing.
#pragma once

#include <eddy/core/detail/intake.hpp>
#include <eddy/core/detail/upstream.hpp>
#include <eddy/core/detail/waiter.hpp>

#include <optional>
#include <utility>

namespace eddy::detail {

template <class T>
class BusySource : public AsyncSource<T>, public IntakeOwner {
 public:
  Future<std::optional<T>> next() final {
    work();
    if (has_answer()) return ready_answer();
    return wait_in_line<std::optional<T>>(*this, EDDY_HERE);
  }

  static constexpr const char* waited_for = "the next item";

  Waiters<std::optional<T>, BusySource> waiters;  ///< the reader, if it waits
  void left() noexcept {}

 protected:
  /// Starts what can be started now. Called when the reader asks; runs code of users.
  virtual void work() = 0;
  /// Whether there is an item, the end or an error to give.
  virtual bool has_answer() noexcept = 0;
  virtual Result<std::optional<T>> take_answer() = 0;

  /// Something has changed: gives the reader what there is.
  void tell() noexcept {
    if (waiters.empty() || !has_answer()) return;
    const CountedPtr<BusySource> hold(this);
    Result<std::optional<T>> answer = guarded_answer();
    if (!waiters.empty()) waiters.pop_front().settle(std::move(answer));
  }

 private:
  Future<std::optional<T>> ready_answer() {
    Result<std::optional<T>> answer = guarded_answer();
    if (!answer) return failed_future<std::optional<T>>(std::move(answer).error());
    return ready_future(*std::move(answer));
  }
  Result<std::optional<T>> guarded_answer() noexcept {
    try {
      return take_answer();
    } catch (...) {  // the item's own move
      return Error(std::current_exception());
    }
  }
};

}  // namespace eddy::detail
