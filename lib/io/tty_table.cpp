// SPDX-License-Identifier: MIT
#include "io/tty_table.hpp"

#include <eddy/io/tty_mode.hpp>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <mutex>

#include "core/loop_impl.hpp"
#include "io/pipe_calls.hpp"
#include "io/terminal_rules.hpp"
#include "io/tty_signals.hpp"

namespace eddy::detail {
namespace {

struct Entry {
  std::atomic<bool> used{false};  // all else is written while this is false
  int descriptor = -1;            // a copy of our own
  dev_t terminal = 0;
  pid_t process = 0;      // a child has the table too, and nothing to restore
  std::uint64_t age = 0;  // the larger the younger
  termios before{};       // the mode
  termios wanted{};
};

constinit Entry table[TtyMode::most]{};
constinit std::mutex changing;
constinit std::atomic<std::size_t> in_use{0};
constinit std::uint64_t last_age = 0;
constinit std::atomic<bool> owed{false};

/// Keeps the handlers of this thread away while the table changes.
class Change {
 public:
  Change() noexcept : lock_(changing) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  ~Change() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  std::lock_guard<std::mutex> lock_;
  sigset_t before_{};
};

/// Never waits for output to leave: the terminal may be stopped (Ctrl-S).
int set(int descriptor, const termios& settings) noexcept {
  const NotStopped quiet;
  return uninterrupted(pipe_calls->tcsetattr, descriptor, TCSANOW, &settings);
}

bool is_in_use(const Entry& entry) noexcept {
  return entry.used.load() && entry.process == getpid();
}

/// Another entry of the same terminal next to `entry` in age: the next younger, or the next older.
Entry* neighbour(const Entry& entry, bool younger) noexcept {
  Entry* found = nullptr;
  for (Entry& other : table) {
    if (!is_in_use(other) || other.terminal != entry.terminal || &other == &entry) continue;
    if ((other.age > entry.age) != younger) continue;
    if (found == nullptr || (other.age < found->age) == younger) found = &other;
  }
  return found;
}

// Called by signal handlers too.

void restore_all() noexcept {
  for (const Entry& entry : table) {
    if (!is_in_use(entry) || neighbour(entry, false) != nullptr) continue;
    if (!is_in_background(entry.descriptor)) set(entry.descriptor, entry.before);
  }
}

void apply_all() noexcept {
  bool later = false;
  for (const Entry& entry : table) {
    if (!is_in_use(entry) || neighbour(entry, true) != nullptr) continue;
    if (is_in_background(entry.descriptor)) {
      later = true;
    } else {
      set(entry.descriptor, entry.wanted);
    }
  }
  owed = later;
}

Entry* free_entry() noexcept {
  for (Entry& entry : table) {
    if (!entry.used.load() || entry.process != getpid()) return &entry;
  }
  return nullptr;
}

/// The number of a terminal, which it has by any of its names: "/dev/tty" has one of its own.
Result<dev_t> terminal_behind(int descriptor) {
  unsigned number = 0;
  if (ioctl(descriptor, TIOCGDEV, &number) == 0) return dev_t{number};  // NOLINT: variadic
  struct stat found {};
  if (fstat(descriptor, &found) != 0) return uv_error(-errno, "change a terminal");
  return found.st_rdev;
}

void remember(Entry& entry,
              int descriptor,
              dev_t terminal,
              const termios& before,
              const termios& wanted) noexcept {
  if (entry.used.exchange(false)) Descriptor(entry.descriptor).close();  // of the parent
  entry.descriptor = descriptor;
  entry.terminal = terminal;
  entry.process = getpid();
  entry.age = ++last_age;
  entry.before = before;
  entry.wanted = wanted;
  entry.used = true;
  if (++in_use == 1) catch_ends({&restore_all, &apply_all});
}

void forget(Entry& entry) noexcept {
  entry.used = false;
  Descriptor(entry.descriptor).close();
  if (--in_use == 0) release_ends();
}

}  // namespace

Result<std::size_t> enter_tty_mode(int descriptor, void (*change)(termios&)) {
  const Change quiet;
  Entry* entry = free_entry();
  if (entry == nullptr) {
    return Error(Errc::overloaded,
                 "a terminal has " + std::to_string(TtyMode::most) + " modes already");
  }
  const auto failed = [](int status) {
    return uv_error(status, "change a terminal");
  };
  termios before{};
  if (is_in_background(descriptor)) {
    return Error(std::errc::io_error, "change a terminal that another program is using");
  }
  const Result<dev_t> terminal = terminal_behind(descriptor);
  if (!terminal) return terminal.error();
  if (const int status = uninterrupted(pipe_calls->tcgetattr, descriptor, &before); status < 0) {
    return failed(status);
  }
  Descriptor own(uninterrupted(pipe_calls->duplicate, descriptor));
  if (own.number() < 0) return failed(own.number());
  termios wanted = before;
  change(wanted);
  remember(*entry, own.release(), *terminal, before, wanted);
  // Only now, when whatever ends the program would undo it.
  if (const int status = set(descriptor, wanted); status < 0) {
    forget(*entry);
    return failed(status);
  }
  return static_cast<std::size_t>(entry - table);
}

void leave_tty_mode(std::size_t place) noexcept {
  const Change quiet;
  Entry& entry = table[place];
  if (!is_in_use(entry)) return;  // in a child
  if (Entry* heir = neighbour(entry, true)) {
    heir->used = false;
    heir->before = entry.before;
    heir->used = true;
  } else if (!is_in_background(entry.descriptor)) {
    set(entry.descriptor, entry.before);
  }
  forget(entry);
}

bool tty_modes_exist() noexcept {
  return in_use.load(std::memory_order_relaxed) > 0;
}

bool apply_tty_modes() noexcept {
  const Change quiet;
  apply_all();
  return !owed.load();
}

bool apply_owed_tty_modes() noexcept {
  return !owed.load(std::memory_order_relaxed) || apply_tty_modes();
}

void catch_tty_signals_again() noexcept {
  const Change quiet;
  if (tty_modes_exist()) catch_continue_again();
}

}  // namespace eddy::detail
