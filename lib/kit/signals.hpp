// SPDX-License-Identifier: MIT
//
// SIGINT and SIGTERM, taken over for the time that a Supervisor runs.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/signal_watcher.hpp>

#include <optional>

#include <signal.h>

namespace eddy::detail {

/// Counts both signals together, wakes the watchdog, and tells the loop.
///
/// The handler counts for itself, since a loop sees two signals that come together as one, and a
/// blocked loop sees none: the third signal ends the process in the handler.
class Signals {
 public:
  /// Calls `on_signal` on the loop for the first two signals, at least once after the last of them.
  /// @param arming_pipe  where to write an octet for each signal, or -1.
  /// Errors: those of SignalWatcher::watch().
  static Result<std::unique_ptr<Signals>> take(Loop& loop,
                                               int arming_pipe,
                                               Function<void()> on_signal);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  /// Gives the signals back to whom they belonged to.
  ~Signals();

  static unsigned count() noexcept;
  /// The newest signal.
  static int last() noexcept;

 private:
  class Taken;

  Signals() = default;

  std::unique_ptr<Taken> taken_[2];
};

}  // namespace eddy::detail
