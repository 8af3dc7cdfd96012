// SPDX-License-Identifier: MIT
#include "process_setup.hpp"

#include <eddy/base/error.hpp>
#include <eddy/base/log.hpp>

#include <cerrno>
#include <system_error>

#include <signal.h>
#include <sys/resource.h>

namespace eddy::detail {

void set_up_signals() noexcept {
  ::signal(SIGPIPE, SIG_IGN);
  struct sigaction child {};
  if (::sigaction(SIGCHLD, nullptr, &child) == 0 && child.sa_handler == SIG_IGN) {
    ::signal(SIGCHLD, SIG_DFL);
  }
}

std::optional<unsigned long long> raise_file_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) {
    return std::nullopt;
  }
  const rlim_t old = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return old;
  const std::error_code why(errno, std::generic_category());
  log::warning("the limit of open files could not be raised, it stays as it is",
               {{"limit", old}, {"wanted", limit.rlim_max}, {"error", Error(why)}});
  return std::nullopt;
}

}  // namespace eddy::detail
