// SPDX-License-Identifier: MIT
//
// The system calls for pipes, passed descriptors and terminals, in a table of their own: tests
// replace one to see what its failure does. Private to io.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>
#include <termios.h>

#include "io/system.hpp"

namespace eddy::detail {

struct PipeCalls {
  int (*pipe2)(int* ends, int flags);
  int (*open)(const char* path, int flags);
  int (*duplicate)(int descriptor);  // closed on exec
  ssize_t (*read)(int descriptor, void* room, std::size_t size);
  ssize_t (*writev)(int descriptor, const iovec* parts, int count);
  ssize_t (*recvmsg)(int descriptor, msghdr* message, int flags);
  ssize_t (*sendmsg)(int descriptor, const msghdr* message, int flags);
  int (*tcgetattr)(int descriptor, termios* settings);
  int (*tcsetattr)(int descriptor, int when, const termios* settings);
};

/// The kernel's own.
extern const PipeCalls kernel_pipe_calls;
/// Those in use. Constant-initialised; replaced by tests alone.
extern constinit const PipeCalls* pipe_calls;

}  // namespace eddy::detail
