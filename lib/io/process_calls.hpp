// SPDX-License-Identifier: MIT
//
// The system calls behind child processes, in a table that tests replace.
//
// Private to io. All give -1 and errno on failure. On systems other than Linux each fails with
// ENOSYS.
#pragma once

#include <csignal>

namespace eddy::detail {

struct ProcessCalls {
  // In the parent.
  /// A child in the same memory, the caller suspended until it has loaded a program or exited.
  int (*clone)(int (*child)(void*), void* stack_top, void* argument, int* pidfd);
  int (*pidfd_open)(int pid);
  int (*pidfd_send_signal)(int pidfd, int signal);
  int (*kill_group)(int group, int signal);
  /// Without waiting: info->si_pid is 0 if there is nothing to tell yet.
  int (*reap)(int pidfd, siginfo_t* info);
  /// 1 once the process has ended, 0 after so many milliseconds.
  int (*poll_end)(int pidfd, int milliseconds);
  int (*pipe)(int ends[2]);
  int (*socket_pair)(int ends[2]);
  int (*open)(const char* path, int flags, unsigned mode);
  /// Copies an octet of a pipe to another, and leaves it there: 0 if there is none and nobody can
  /// write any, EAGAIN if somebody can.
  int (*tee)(int from, int to);
  // In the child, where nothing may be used but the stack.
  int (*change_folder)(const char* path);
  int (*close_range)(unsigned first, unsigned last);
  int (*execute)(const char* path, char* const* argv, char* const* envp);
};

extern const ProcessCalls kernel_process_calls;
/// Those in use. Constant-initialised; replaced by tests alone.
extern constinit const ProcessCalls* process_calls;

}  // namespace eddy::detail
