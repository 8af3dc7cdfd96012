// SPDX-License-Identifier: MIT
#include "io/child_plan.hpp"

#include "io/process_calls.hpp"

#ifdef __linux__

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <type_traits>

// Nothing in this file may allocate or lock, and no sanitizer may watch it: it runs in the memory
// of a parent that does not know of it. So it is compiled without them, and its system calls go
// past the C library, which they watch too.

namespace eddy::detail {
namespace {

/// What the kernel takes: integers in the width of a register.
template <class T>
auto word(T argument) noexcept {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<long>(argument);
  } else {
    return argument;
  }
}

template <class... Args>
long call(long number, Args... args) noexcept {
  return ::syscall(number, word(args)...);
}

bool join_group(const ChildPlan& plan) noexcept {
  if (plan.own_session) return call(SYS_setsid) >= 0;
  return !plan.own_group || call(SYS_setpgid, 0, 0) == 0;
}

/// All dispositions, ignored ones too, so that no handler of the parent can ever run here.
bool reset_dispositions() noexcept {
  // All zero is SIG_DFL without flags, in whatever order an architecture has the fields.
  const unsigned long fresh[8] = {};
  constexpr std::size_t mask_size = _NSIG / 8;
  for (int signal = 1; signal < _NSIG; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    if (call(SYS_rt_sigaction, signal, &fresh[0], nullptr, mask_size) != 0) return false;
  }
  return true;
}

bool unblock_signals() noexcept {
  const unsigned long none[2] = {};
  constexpr std::size_t mask_size = _NSIG / 8;
  return call(SYS_rt_sigprocmask, SIG_SETMASK, &none[0], nullptr, mask_size) == 0;
}

bool set_death_signal(const ChildPlan& plan) noexcept {
  if (plan.death_signal == 0) return true;
  if (call(SYS_prctl, PR_SET_PDEATHSIG, plan.death_signal, 0, 0, 0) != 0) return false;
  // It may have died before it could be told.
  if (call(SYS_getppid) == plan.parent) return true;
  errno = ESRCH;
  return false;
}

bool set_limits(const ChildPlan& plan) noexcept {
  for (std::size_t i = 0; i < plan.limit_count; ++i) {
    const KernelLimit& limit = plan.limits[i];
    if (call(SYS_prlimit64, 0, limit.resource, &limit.values[0], nullptr) != 0) return false;
  }
  if (plan.set_umask) call(SYS_umask, plan.umask);
  return true;
}

bool set_nice(const ChildPlan& plan) noexcept {
  return !plan.set_nice || call(SYS_setpriority, PRIO_PROCESS, 0, plan.nice) == 0;
}

bool place_descriptors(const ChildPlan& plan) noexcept {
  for (int target = 0; target < plan.source_count; ++target) {
    const int source = plan.sources[target];
    const long done =
        source == target ? call(SYS_fcntl, source, F_SETFD, 0) : call(SYS_dup3, source, target, 0);
    if (done < 0) return false;
  }
  return true;
}

// Of the kernel's linux_dirent64.
constexpr long entry_size_at = 16;
constexpr long entry_name_at = 19;

int number_in(const char* name) noexcept {
  int number = 0;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') return -1;
    number = number * 10 + (*name - '0');
  }
  return number;
}

/// Closes what /proc lists. The list goes by number, so closing on the way leaves nothing out.
bool close_listed(int first) noexcept {
  const long folder =
      call(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  char entries[1024];
  long size = 0;
  while ((size = call(SYS_getdents64, folder, &entries[0], sizeof entries)) > 0) {
    for (long at = 0; at < size;) {
      unsigned short entry_size = 0;
      __builtin_memcpy(&entry_size, &entries[at + entry_size_at], sizeof entry_size);
      const int number = number_in(&entries[at + entry_name_at]);
      if (number >= first && number != folder) call(SYS_close, number);
      at += entry_size;
    }
  }
  return size == 0;  // the folder itself goes when the program starts
}

bool close_others(const ChildPlan& plan) noexcept {
  const auto first = static_cast<unsigned>(plan.source_count);
  if (plan.calls->close_range(first, ~0U) == 0) return true;
  return close_listed(plan.source_count);
}

ChildStep prepare(const ChildPlan& plan) noexcept {
  if (!join_group(plan)) return ChildStep::group;
  if (!reset_dispositions()) return ChildStep::signals;
  if (!set_death_signal(plan)) return ChildStep::death_signal;
  if (!set_nice(plan)) return ChildStep::nice;
  if (plan.folder != nullptr && plan.calls->change_folder(plan.folder) != 0) {
    return ChildStep::folder;
  }
  if (!place_descriptors(plan)) return ChildStep::stdio;
  if (!close_others(plan)) return ChildStep::descriptors;
  if (!set_limits(plan)) return ChildStep::limits;  // of open files among them: not before
  if (!unblock_signals()) return ChildStep::signals;
  plan.calls->execute(plan.program, plan.argv, plan.envp);
  return ChildStep::program;
}

}  // namespace

int run_child(void* plan) {
  auto& mine = *static_cast<ChildPlan*>(plan);
  mine.failed = prepare(mine);
  mine.error = errno;
  for (;;)
    call(SYS_exit_group, 127);
}

int change_folder_in_child(const char* path) {
  return static_cast<int>(call(SYS_chdir, path));
}

int close_range_in_child(unsigned first, unsigned last) {
#ifdef SYS_close_range
  constexpr long number = SYS_close_range;
#else
  constexpr long number = 436;  // the same on all architectures
#endif
  return static_cast<int>(call(number, first, last, 0));
}

int execute_in_child(const char* path, char* const* argv, char* const* envp) {
  return static_cast<int>(call(SYS_execve, path, argv, envp));
}

}  // namespace eddy::detail

#else

// None of these is ever called: there is no clone.

namespace eddy::detail {

int run_child(void*) {
  return 127;
}

int change_folder_in_child(const char*) {
  return -1;
}

int close_range_in_child(unsigned, unsigned) {
  return -1;
}

int execute_in_child(const char*, char* const*, char* const*) {
  return -1;
}

}  // namespace eddy::detail

#endif
