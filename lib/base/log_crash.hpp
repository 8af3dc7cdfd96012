// SPDX-License-Identifier: MIT
//
// Brings the last lines out when the process dies of a signal.
#pragma once

namespace eddy::log::detail {

/// From now on SIGABRT, SIGSEGV, SIGBUS, SIGFPE and SIGILL flush the current Core, and then do what
/// they did before.
void install_crash_handlers() noexcept;
/// Undoes that, except where somebody put another handler on top.
void remove_crash_handlers() noexcept;

}  // namespace eddy::log::detail
