// SPDX-License-Identifier: MIT
//
// The ends and stops of a program that the modes of its terminals have to be undone for. Private to
// io.
#pragma once

namespace eddy::detail {

/// What is done to all terminals. Async-signal-safe.
struct TtyHooks {
  void (*restore)() noexcept;  // as they were before
  void (*apply)() noexcept;    // as they are to be
};

/// From now on exit, crashes, deadly signals and stops restore the terminals, and going on applies
/// their modes. Signals that the program handles or ignores are left alone.
void catch_ends(const TtyHooks& hooks) noexcept;
/// What has to be done when somebody may have set SIGCONT back to what it does by default, as libuv
/// does when nobody watches it any more.
void catch_continue_again() noexcept;
/// There is nothing to restore any more.
void release_ends() noexcept;

}  // namespace eddy::detail
