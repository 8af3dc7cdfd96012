// SPDX-License-Identifier: MIT
//
// Work on a loop whose result another thread fetches as a std::future.
//
// To wait for it at once, and with errors as values, use core/block_on.hpp.
#pragma once

#include <eddy/core/detail/remote_call.hpp>
#include <eddy/core/loop.hpp>

#include <future>

namespace eddy {

namespace detail {

template <class T>
class FutureSlot final : public CallSlot<T> {
 public:
  std::future<T> future() { return promise_.get_future(); }
  void settle(Result<T>&& result) noexcept override {
    try {
      if (!result.has_value()) result.error().raise();
      if constexpr (std::is_void_v<T>) {
        promise_.set_value();
      } else {
        promise_.set_value(*std::move(result));
      }
    } catch (...) {
      promise_.set_exception(std::current_exception());
    }
  }

 private:
  std::promise<T> promise_;
};

}  // namespace detail

/// Calls `function` on the loop of `poster`; the std::future gets what it returns: a value, void, a
/// Result or a Future. An error is thrown by get(): the exception itself, or an eddy::Exception.
///
/// The captures of `function` die on the loop's thread, on this one if the loop is gone.
/// Errors: those of `function`; Errc::closed if the loop is gone or goes meanwhile.
/// Cancel: none; the work goes on when the std::future is dropped.
/// Thread: any. To wait for the std::future on the loop's own thread would be to wait for ever.
template <class F>
[[nodiscard]] std::future<detail::CallValue<std::decay_t<F>>> run_in(const Poster& poster,
                                                                     F&& function) {
  using T = detail::CallValue<std::decay_t<F>>;
  const auto slot = std::make_shared<detail::FutureSlot<T>>();
  auto future = slot->future();
  std::decay_t<F> owned(std::forward<F>(function));
  detail::call_on<T>(poster, slot, std::move(owned));
  return future;
}

/// The same for a Loop that is known to exist at the call.
template <class F>
[[nodiscard]] std::future<detail::CallValue<std::decay_t<F>>> run_in(const Loop& loop,
                                                                     F&& function) {
  return run_in(loop.poster(), std::forward<F>(function));
}

}  // namespace eddy
