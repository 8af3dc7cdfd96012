// SPDX-License-Identifier: MIT
//
// Calls a function on the loop's thread when the process gets a signal.
//
// Programs with a Supervisor have SIGINT and SIGTERM handled by it.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/base/result.hpp>
#include <eddy/base/site.hpp>
#include <eddy/core/fwd.hpp>

namespace eddy {

namespace detail {
class SignalHandle;
}

/// Watches one signal. Bursts are coalesced: at least one call after the last delivery.
///
/// The callback may destroy the watcher. A watcher does not keep Loop::run() from returning.
/// Thread: loop.
/// Lifetime: may outlive its loop, and does nothing then.
class EDDY_EXPORT SignalWatcher {
 public:
  /// Errors: std::errc::invalid_argument for a signal that cannot be caught.
  static Result<SignalWatcher> watch(Loop& loop,
                                     int signal,
                                     Function<void(int)> callback,
                                     Site site = EDDY_HERE);
  SignalWatcher(SignalWatcher&& other) noexcept;
  SignalWatcher& operator=(SignalWatcher&& other) noexcept;
  ~SignalWatcher();

  /// Stops watching; closing twice is the same as once.
  void close() noexcept;

 private:
  explicit SignalWatcher(detail::SignalHandle* handle) noexcept : handle_(handle) {}

  detail::SignalHandle* handle_;
};

}  // namespace eddy
