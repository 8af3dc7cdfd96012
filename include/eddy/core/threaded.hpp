// SPDX-License-Identifier: MIT
//
// Makes a function that blocks into one that returns a Future.
//
//     auto read = threaded(pool, [](std::string path) { return read_whole(path); });
//     read("/etc/hosts").then(...);
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/separate_threads.hpp>
#include <eddy/core/thread_pool.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace eddy {

/// A function with the threads it runs in. Copyable if the function is.
///
/// Thread: any, as run() of its pool.
/// Lifetime: the pool must outlive it.
template <class Pool, class F>
class Threaded {
 public:
  Threaded(Pool& pool, F function, Site site)
      : pool_(&pool), function_(std::move(function)), site_(site) {}

  /// Runs a copy of the function with copies of `arguments` in a thread; see ThreadPool::run().
  ///
  /// If the function takes a std::stop_token before its other arguments, it gets one.
  template <class... Args>
  auto operator()(Args&&... arguments) const {
    using Arguments = std::tuple<std::decay_t<Args>...>;
    Arguments owned(std::forward<Args>(arguments)...);
    if constexpr (std::is_invocable_v<F&, std::stop_token, std::decay_t<Args>...>) {
      return pool_->run(
          [function = function_, owned = std::move(owned)](std::stop_token stop) mutable {
            return std::apply(function,
                              std::tuple_cat(std::tuple(std::move(stop)), std::move(owned)));
          },
          site_);
    } else {
      return pool_->run(
          [function = function_, owned = std::move(owned)]() mutable {
            return std::apply(function, std::move(owned));
          },
          site_);
    }
  }

  /// Calls the function here and now.
  template <class... Args>
  decltype(auto) sync_call(Args&&... arguments) const {
    F function(function_);
    return std::invoke(function, std::forward<Args>(arguments)...);
  }

 private:
  Pool* pool_;
  F function_;
  Site site_;
};

/// Wraps `function` so that each call runs in a thread of `pool`.
template <class F>
Threaded<ThreadPool, std::decay_t<F>> threaded(ThreadPool& pool,
                                               F&& function,
                                               Site site = EDDY_HERE) {
  return {pool, std::forward<F>(function), site};
}

/// Wraps `function` so that each call runs in a thread of its own.
template <class F>
Threaded<SeparateThreads, std::decay_t<F>> threaded_separate(SeparateThreads& threads,
                                                             F&& function,
                                                             Site site = EDDY_HERE) {
  return {threads, std::forward<F>(function), site};
}

}  // namespace eddy
