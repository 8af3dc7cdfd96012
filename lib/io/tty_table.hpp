// SPDX-License-Identifier: MIT
//
// The modes of terminals that are to be undone, where a signal handler finds them. Private to io.
//
// How a terminal behaves is known to the whole process and outlives it; so is this table, which is
// the one place that can put things right when the process stops, dies or exits.
#pragma once

#include <eddy/base/result.hpp>

#include <termios.h>

#include <cstddef>

namespace eddy::detail {

/// Puts the terminal behind `descriptor`, which stays the caller's, into a mode, and gives the
/// place of that in the table. Thread: any.
Result<std::size_t> enter_tty_mode(int descriptor, void (*change)(termios&));
/// Undoes that, unless the program is in the background. Thread: any.
void leave_tty_mode(std::size_t place) noexcept;
/// Whether there are modes. Thread: any, as for those below.
bool tty_modes_exist() noexcept;
/// The program goes on: its modes apply again. False if one of them does not yet, because another
/// program has the terminal.
bool apply_tty_modes() noexcept;
/// The same if that is still due since the program went on in the background.
bool apply_owed_tty_modes() noexcept;
/// Somebody has stopped watching SIGCONT, and with that taken it from us too.
void catch_tty_signals_again() noexcept;

}  // namespace eddy::detail
