// SPDX-License-Identifier: MIT
//
// How a thread without a loop waits for work on a loop.
//
//     Result<std::string> page = block_on(poster, [&client] { return client.get("/"); });
//
// For a result to be fetched later use core/run_in.hpp. From one loop to another nobody may block:
// use a Poster and a RemotePromise.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/core/detail/remote_call.hpp>
#include <eddy/core/loop.hpp>

#include <condition_variable>
#include <exception>
#include <mutex>

namespace eddy {

namespace detail {

/// Whether this thread may sleep until the loop of `poster` has done something.
EDDY_EXPORT Result<void> may_block_on(const Poster& poster);

template <class T>
class BlockingSlot final : public CallSlot<T> {
 public:
  void settle(Result<T>&& result) noexcept override {
    const std::lock_guard lock(mutex_);
    try {
      result_.emplace(std::move(result));
    } catch (...) {  // the value's own move
      result_.emplace(Error(std::current_exception()));
    }
    settled_.notify_one();
  }
  /// The result; empty if there is none within `limit`.
  std::optional<Result<T>> wait(Duration limit) {
    std::unique_lock lock(mutex_);
    const auto settled = [this] {
      return result_.has_value();
    };
    settled_.wait_until(lock, later(std::chrono::steady_clock::now(), limit), settled);
    return std::exchange(result_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable settled_;
  std::optional<Result<T>> result_;
};

}  // namespace detail

/// Calls `function` on the loop of `poster` and sleeps until what it returns is ready: a value,
/// void, a Result or a Future. The longest Duration stands for no limit.
///
/// The captures of `function` die on the loop's thread, on this one if the loop is gone.
/// Errors: those of `function`; Errc::timed_out after `limit`, and the work is dropped;
/// Errc::closed if the loop is gone or goes meanwhile; Errc::invalid on the loop's own thread, and
/// on any that runs a loop. A loop that exists and never runs again makes it wait to its limit.
/// A job of a ThreadPool that waits for the loop on whose thread the pool is destroyed holds the
/// destructor up for all of Options::linger: await ThreadPool::shutdown() before, on that loop.
/// Thread: one that runs no Loop.
template <class F>
Result<detail::CallValue<std::decay_t<F>>> block_on(const Poster& poster,
                                                    F&& function,
                                                    Duration limit = Duration::max()) {
  using T = detail::CallValue<std::decay_t<F>>;
  if (auto allowed = detail::may_block_on(poster); !allowed) return std::move(allowed).error();
  const auto slot = std::make_shared<detail::BlockingSlot<T>>();
  std::decay_t<F> owned(std::forward<F>(function));
  detail::call_on<T>(poster, slot, std::move(owned));
  if (auto result = slot->wait(limit)) return *std::move(result);
  slot->give_up();
  std::ignore = poster.post([slot] {  // if the loop is gone, so is the work
    if (const auto running = slot->running.lock()) running->release();
  });
  return Error(Errc::timed_out, "block_on");
}

/// The same for a Loop that is known to exist as long as the call lasts.
template <class F>
Result<detail::CallValue<std::decay_t<F>>> block_on(const Loop& loop,
                                                    F&& function,
                                                    Duration limit = Duration::max()) {
  return block_on(loop.poster(), std::forward<F>(function), limit);
}

}  // namespace eddy
