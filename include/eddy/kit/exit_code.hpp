// SPDX-License-Identifier: MIT
//
// The exit codes of a program that a Supervisor runs.
//
// |   code | when                                                                         |
// |--------|------------------------------------------------------------------------------|
// |      0 | stopped in order: by the first signal, by request, or all services ended well |
// |      1 | a service failed to start, or one that is essential failed for good           |
// |      2 | the command line makes no sense (for main(); the Supervisor never gives it)   |
// |     70 | the stop took longer than its deadline                                        |
// | 128 + n | signal n came while services were starting, or was the second or third one   |
//
// A service or hook that does not stop well changes none of them: the log tells, and so does
// Supervisor::stop(). What is wanted of a stop is that it ends.
#pragma once

#include <eddy/base/config.hpp>

namespace eddy::exit_code {

inline constexpr int success = 0;
inline constexpr int failure = 1;
inline constexpr int usage = 2;
inline constexpr int deadline = 70;  // EX_SOFTWARE of sysexits.h

/// What a shell reports for a process that `signal` ended.
constexpr int of_signal(int signal) noexcept {
  return 128 + signal;
}

}  // namespace eddy::exit_code
