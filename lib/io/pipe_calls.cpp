// SPDX-License-Identifier: MIT
#include "io/pipe_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace eddy::detail {
namespace {

int open_existing(const char* path, int flags) {
  return ::open(path, flags);  // NOLINT: variadic by POSIX
}

int duplicate(int descriptor) {
  return ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);  // NOLINT: variadic by POSIX
}

}  // namespace

constexpr PipeCalls kernel_pipe_calls{::pipe2,
                                      &open_existing,
                                      &duplicate,
                                      ::read,
                                      ::writev,
                                      ::recvmsg,
                                      ::sendmsg,
                                      ::tcgetattr,
                                      ::tcsetattr};

constinit const PipeCalls* pipe_calls = &kernel_pipe_calls;

}  // namespace eddy::detail
