// SPDX-License-Identifier: MIT
#include "io/process_calls.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "io/child_plan.hpp"

#ifdef __GLIBC__
// ThreadSanitizer takes clone() for a fork, whose child has memory of its own, and stops the
// program. This is another name of the same function, which it does not know.
extern "C" int __clone(int (*child)(void*), void* stack, int flags, void* argument, ...);  // NOLINT
#endif

namespace eddy::detail {
namespace {

#ifdef __linux__

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000  // NOLINT: the name of the kernel
#endif
constexpr auto by_pidfd = static_cast<idtype_t>(3);  // P_PIDFD, which glibc has only since 2.36

int clone_child(int (*child)(void*), void* stack_top, void* argument, int* pidfd) {
  constexpr int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
#ifdef __GLIBC__
  return ::__clone(child, stack_top, flags, argument, pidfd);
#else
  return ::clone(child, stack_top, flags, argument, pidfd);
#endif
}

int open_pidfd(int pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

int send_signal(int pidfd, int signal) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

int reap(int pidfd, siginfo_t* info) {
  return ::waitid(by_pidfd, static_cast<id_t>(pidfd), info, WEXITED | WNOHANG);
}

int open_pipe(int ends[2]) {
  return ::pipe2(ends, O_CLOEXEC);
}

int open_socket_pair(int ends[2]) {
  return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

int copy_octet(int from, int to) {
  return static_cast<int>(::tee(from, to, 1, SPLICE_F_NONBLOCK));
}

#else

template <class... Args>
int missing(Args...) {
  errno = ENOSYS;
  return -1;
}

constexpr auto clone_child = &missing<int (*)(void*), void*, void*, int*>;
constexpr auto open_pidfd = &missing<int>;
constexpr auto send_signal = &missing<int, int>;
constexpr auto reap = &missing<int, siginfo_t*>;
constexpr auto open_pipe = &missing<int*>;
constexpr auto open_socket_pair = &missing<int*>;
constexpr auto copy_octet = &missing<int, int>;

#endif

int kill_group(int group, int signal) {
  return ::kill(-group, signal);
}

int poll_end(int pidfd, int milliseconds) {
  pollfd watched{pidfd, POLLIN, 0};
  return ::poll(&watched, 1, milliseconds);
}

int open_file(const char* path, int flags, unsigned mode) {
  return ::open(path, flags, mode);
}

}  // namespace

constexpr ProcessCalls kernel_process_calls{clone_child,
                                            open_pidfd,
                                            send_signal,
                                            kill_group,
                                            reap,
                                            poll_end,
                                            open_pipe,
                                            open_socket_pair,
                                            open_file,
                                            copy_octet,
                                            change_folder_in_child,
                                            close_range_in_child,
                                            execute_in_child};

constinit const ProcessCalls* process_calls = &kernel_process_calls;

}  // namespace eddy::detail
