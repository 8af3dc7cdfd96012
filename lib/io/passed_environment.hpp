// SPDX-License-Identifier: MIT
//
// How descriptors are announced to a program: sd_listen_fds(3). Private to io.
#pragma once

#include <eddy/io/passed_sockets.hpp>

#include <sys/types.h>

namespace eddy::detail {

/// The variables, each null if it is not set.
struct PassedEnvironment {
  const char* count = nullptr;  // LISTEN_FDS
  const char* pid = nullptr;    // LISTEN_PID
  const char* names = nullptr;  // LISTEN_FDNAMES
};

/// The first descriptor that is passed.
inline constexpr int first_passed = 3;

/// Checks what `environment` says to the process `self`, and keeps children from inheriting it.
Result<std::vector<PassedSocket>> read_passed(const PassedEnvironment& environment,
                                              pid_t self,
                                              int first = first_passed);

}  // namespace eddy::detail
