// SPDX-License-Identifier: MIT
//
// What job control means for a program that uses a terminal. Private to io.
//
// The kernel stops a program that reads its terminal from the background (SIGTTIN), or changes it
// (SIGTTOU), or writes to it if `stty tostop` says so. A server must not stop like that: here the
// signals are blocked around the calls, which then fail or go through.
#pragma once

#include <csignal>

namespace eddy::detail {

/// Whether another program has the terminal. False for what is no terminal, or not ours.
bool is_in_background(int descriptor) noexcept;
/// Whether it is the side of a pseudo terminal that a terminal emulator holds.
bool is_terminal_master(int descriptor) noexcept;

/// Keeps the calling thread from being stopped by a terminal. Async-signal-safe.
class NotStopped {
 public:
  NotStopped() noexcept;
  NotStopped(const NotStopped&) = delete;
  NotStopped& operator=(const NotStopped&) = delete;
  ~NotStopped();

 private:
  sigset_t before_;
};

}  // namespace eddy::detail
