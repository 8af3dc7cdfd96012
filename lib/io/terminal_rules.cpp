// SPDX-License-Identifier: MIT
#include "io/terminal_rules.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace eddy::detail {

bool is_in_background(int descriptor) noexcept {
  const int before = errno;
  const pid_t foreground = tcgetpgrp(descriptor);  // fails where there is no job control
  errno = before;
  return foreground > 0 && foreground != getpgrp();
}

bool is_terminal_master(int descriptor) noexcept {
  unsigned number = 0;
  return ioctl(descriptor, TIOCGPTN, &number) == 0;  // NOLINT: variadic by its nature
}

NotStopped::NotStopped() noexcept {
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTTIN);
  sigaddset(&stopping, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stopping, &before_);
}

NotStopped::~NotStopped() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace eddy::detail
