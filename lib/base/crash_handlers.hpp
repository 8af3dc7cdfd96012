// SPDX-License-Identifier: MIT
//
// What is still done when the process dies of a signal. Private to eddy.
//
// One set of handlers for all who need that: two sets that each call the one they found could come
// to call each other for ever.
#pragma once

namespace eddy::detail {

/// Who may have something to do, in the order in which they do it.
enum class CrashHook : unsigned { terminal, log, count };

/// From now on SIGABRT, SIGSEGV, SIGBUS, SIGFPE and SIGILL call `function`, and then do what they
/// did before; null undoes that. What other programs put on top stays.
///
/// `function` must be async-signal-safe. Thread: any, one at a time for each hook.
void set_crash_hook(CrashHook hook, void (*function)() noexcept) noexcept;

}  // namespace eddy::detail
