// SPDX-License-Identifier: MIT
#include "log_output.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace eddy::log::detail {
namespace {

// A pipe or terminal that poll() calls writable takes at least this much without blocking.
constexpr std::size_t safe_piece = PIPE_BUF;

std::int64_t now() noexcept {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t after(Duration delay) noexcept {
  std::int64_t start = now();
  std::int64_t count = std::max<std::int64_t>(delay.count(), 0);
  return count > INT64_MAX - 1 - start ? INT64_MAX - 1 : start + count;
}

void pause_a_moment() noexcept {
  poll(nullptr, 0, 1);
}

bool again(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK;
}

std::size_t piece_for(int descriptor) noexcept {
  struct stat status;
  bool file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  return file ? SIZE_MAX : safe_piece;
}

/// Moves a descriptor away from 0, 1 and 2, where others expect a terminal or nothing at all.
int moved_up(int descriptor) noexcept {
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  close(descriptor);
  if (moved >= 0) fcntl(moved, F_SETFL, O_NONBLOCK);
  return moved;
}

/// Makes a pipe that neither end waits for; leaves -1 in both if the system has none.
void make_bell(int (&ends)[2]) noexcept {
  int made[2];
  if (pipe(made) != 0) return;
  for (int i : {0, 1})
    ends[i] = moved_up(made[i]);
  if (ends[0] >= 0 && ends[1] >= 0) return;
  for (int& end : ends) {
    if (end >= 0) close(end);
    end = -1;
  }
}

}  // namespace

bool wait_until(Duration limit, bool (*done)(const void*), const void* argument) noexcept {
  std::int64_t end = after(limit);
  while (!done(argument)) {
    if (now() >= end) return false;
    pause_a_moment();
  }
  return true;
}

void write_plainly(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (again(errno)) {
      pollfd ready{descriptor, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

bool write_if_ready(int descriptor, std::string_view text) noexcept {
  pollfd ready{descriptor, POLLOUT, 0};
  if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  std::size_t size = std::min(text.size(), safe_piece);
  return ::write(descriptor, text.data(), size) == static_cast<ssize_t>(size);
}

Output::Output(int descriptor) noexcept : descriptor_(descriptor) {
  make_bell(bell_);
}

Output::~Output() {
  if (!usable()) return;
  close(bell_[0]);
  close(bell_[1]);
}

Output::Outcome Output::write(int descriptor, std::string_view& rest) noexcept {
  std::size_t piece = piece_for(descriptor);
  while (!rest.empty()) {
    if (!wait_writable(descriptor)) return Outcome::out_of_time;
    ssize_t count = ::write(descriptor, rest.data(), std::min(rest.size(), piece));
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (again(errno)) {
      pause_a_moment();  // another process was faster
    } else if (errno != EINTR) {
      return Outcome::failed;
    }
  }
  return Outcome::written;
}

void Output::wait_for_bell() noexcept {
  pollfd bell{bell_[0], POLLIN, 0};
  poll(&bell, 1, -1);
  silence_bell();
}

void Output::ring() noexcept {
  // A full pipe rings anyway.
  while (::write(bell_[1], "", 1) < 0 && errno == EINTR) {
  }
}

void Output::limit_waiting(Duration patience) noexcept {
  deadline_.store(after(patience));
  ring();
}

void Output::abandon() noexcept {
  deadline_.store(abandoned);
  ring();
}

bool Output::wait_writable(int descriptor) noexcept {
  for (;;) {
    std::int64_t deadline = deadline_.load();
    if (deadline == abandoned) return false;
    pollfd waits[2] = {{descriptor, POLLOUT, 0}, {bell_[0], POLLIN, 0}};
    int count = poll(waits, 2, timeout());
    if (count < 0 && errno != EINTR) pause_a_moment();
    if (count < 0) continue;
    if (waits[0].revents != 0) return true;  // write() tells what is wrong, if something is
    if (waits[1].revents != 0) silence_bell();
    if (deadline != never && now() >= deadline) return false;
  }
}

void Output::silence_bell() noexcept {
  char rings[64];
  while (read(bell_[0], rings, sizeof rings) > 0) {
  }
}

int Output::timeout() const noexcept {
  std::int64_t deadline = deadline_.load();
  if (deadline == never) return -1;
  std::int64_t left = std::max<std::int64_t>(deadline - now(), 0) / 1'000'000;
  return static_cast<int>(std::min<std::int64_t>(left + (left > 0 ? 1 : 0), INT_MAX));
}

}  // namespace eddy::log::detail
