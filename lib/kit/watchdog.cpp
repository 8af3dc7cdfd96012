// SPDX-License-Identifier: MIT
#include "watchdog.hpp"

#include "base/log_core.hpp"

#include <eddy/base/log.hpp>
#include <eddy/kit/exit_code.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

namespace eddy::detail {
namespace {

constexpr char quit_command = 'q';
constexpr char no_command = 0;

// For the last lines of the log, unless the stop itself had less.
constexpr Duration longest_flush = std::chrono::seconds(1);

void open_pipe(int (&ends)[2]) {
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe of the watchdog");
  }
}

/// Starts a thread that gets no signals: no handler of the program shall ever delay it.
template <class F>
std::thread quiet_thread(F&& function) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread thread(std::forward<F>(function));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

int milliseconds_until(TimePoint due) noexcept {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(due - std::chrono::steady_clock::now());
  // poll() takes an int; a longer wait is cut, and continued by its caller's loop.
  return static_cast<int>(
      std::clamp<milliseconds::rep>(left.count(), 0, std::chrono::hours(1) / milliseconds(1)));
}

/// Whether a line would reach stderr without blocking.
bool stderr_takes_a_line(Duration limit) noexcept {
  pollfd writable{STDERR_FILENO, POLLOUT, 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  return ::poll(&writable, 1, static_cast<int>(milliseconds)) == 1 &&
         (writable.revents & POLLOUT) != 0;
}

}  // namespace

Watchdog::Watchdog(Duration deadline) : deadline_(deadline) {
  open_pipe(pipe_);
  try {
    thread_ = quiet_thread([this] { run(); });
  } catch (...) {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
    throw;
  }
}

Watchdog::~Watchdog() {
  send(quit_command);
  thread_.join();
  ::close(pipe_[0]);
  ::close(pipe_[1]);
}

void Watchdog::arm() noexcept {
  send(arm_octet);
}

void Watchdog::note(std::string waiting_for) {
  const std::lock_guard lock(mutex_);
  waiting_for_ = std::move(waiting_for);
}

void Watchdog::send(char command) noexcept {
  // Never full: at most three signals, one arm() and the end are written to it.
  while (::write(pipe_[1], &command, 1) < 0 && errno == EINTR) {
  }
}

void Watchdog::run() noexcept {
  if (wait(Duration::max()) == quit_command) return;
  const TimePoint due = later(std::chrono::steady_clock::now(), deadline_);
  for (;;) {
    const Duration left = due - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) bite();
    if (wait(left) == quit_command) return;
  }
}

char Watchdog::wait(Duration limit) noexcept {
  const bool forever = limit == Duration::max();
  const TimePoint due = later(std::chrono::steady_clock::now(), limit);
  pollfd readable{pipe_[0], POLLIN, 0};
  for (;;) {
    const int events = ::poll(&readable, 1, forever ? -1 : milliseconds_until(due));
    if (events == 0 && !forever) return no_command;
    char command = no_command;
    if (events > 0 && ::read(pipe_[0], &command, 1) == 1) return command;
  }
}

void Watchdog::bite() noexcept {
  const Duration limit = std::min(deadline_, longest_flush);
  const log::detail::CoreUse writer;
  // Without a Writer the log waits for stderr, and that may be what the loop hangs on, too.
  if (writer.get() != nullptr || stderr_takes_a_line(limit)) {
    const std::lock_guard lock(mutex_);
    log::critical("the stop took too long, the process ends here",
                  {{"limit", deadline_}, {"waiting_for", waiting_for_}});
  }
  if (writer.get() != nullptr) std::ignore = writer.get()->flush(limit);
  ::_exit(exit_code::deadline);
}

}  // namespace eddy::detail
