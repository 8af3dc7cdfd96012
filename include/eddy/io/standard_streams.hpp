// SPDX-License-Identifier: MIT
//
// What the program was started with, as streams: its input, its output, its errors.
//
//     eddy::Stream input = eddy::standard_input(loop).value();
//     input.read_line().then([](std::string line) { ... });
//
// Whether it is a terminal, and how that behaves, is asked of a Tty: io/tty.hpp. For log lines use
// base/log.hpp, which needs no loop.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/direction.hpp>
#include <eddy/io/stream.hpp>

namespace eddy {

/// A stream over `descriptor`, whatever it is, which stays the caller's and as it is.
///
/// It is shared with other programs, such as the shell, so it is not made non-blocking: that would
/// make them fail. A terminal or a pipe is opened once more; a socket is asked never to wait; what
/// can be neither, such as a file or the terminal of another user, is read and written in threads,
/// of which a loop has 256. The loop never waits for any of them.
///
/// Ctrl-D ends the input from a terminal. While the program is in the background of its terminal
/// reading waits until it is in the foreground, and writing goes on: neither stops it.
///
/// shutdown() resolves when all has been written; the other side sees the end when the last program
/// that has the descriptor closes it. What the destructor finds unsent it tries to write as long as
/// that needs no waiting.
/// Errors: std::errc::bad_file_descriptor if it is closed or goes the other way only.
[[nodiscard]] EDDY_EXPORT Result<Stream> borrow_stream(Loop& loop,
                                                       int descriptor,
                                                       Direction direction,
                                                       Site site = EDDY_HERE);

// The three; two streams over the same of them share what comes by chance.

/// borrow_stream() of descriptor 0. What it has read ahead is lost to the programs that come after.
/// Errors: std::errc::bad_file_descriptor if the program was started without it.
[[nodiscard]] EDDY_EXPORT Result<Stream> standard_input(Loop& loop, Site site = EDDY_HERE);
/// borrow_stream() of descriptor 1. What is written by printf() takes its own way: not in order.
[[nodiscard]] EDDY_EXPORT Result<Stream> standard_output(Loop& loop, Site site = EDDY_HERE);
/// borrow_stream() of descriptor 2.
[[nodiscard]] EDDY_EXPORT Result<Stream> standard_error(Loop& loop, Site site = EDDY_HERE);

}  // namespace eddy
