// SPDX-License-Identifier: MIT
#include "log_crash.hpp"

#include "log_core.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>

namespace eddy::log::detail {
namespace {

constexpr int deadly_signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

// A handler has no other place to look for what was there before it.
struct sigaction former[std::size(deadly_signals)];
constinit std::atomic<bool> crashing{false};

std::size_t index_of(int signal) noexcept {
  std::size_t i = 0;
  while (deadly_signals[i] != signal)
    ++i;
  return i;
}

void flush_current() noexcept {
  CoreUse use;
  if (use.get() == nullptr) return;
  if (!crashing.exchange(true)) {
    use.get()->flush_in_crash();
  } else {
    // Another thread crashed first and is at it; dying now would cut it short.
    wait_until(
        2 * use.get()->patience(), [](const void*) { return false; }, nullptr);
  }
}

extern "C" void eddy_log_on_crash(int signal, siginfo_t* info, void*) {
  int saved = errno;
  flush_current();
  sigaction(signal, &former[index_of(signal)], nullptr);
  // A fault happens again on return, now with its former handler. What was sent must be sent again.
  if (info->si_code <= 0) raise(signal);
  errno = saved;
}

bool is_ours(const struct sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == &eddy_log_on_crash;
}

}  // namespace

void install_crash_handlers() noexcept {
  struct sigaction action {};
  action.sa_sigaction = &eddy_log_on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int signal : deadly_signals) {
    struct sigaction current {};
    sigaction(signal, nullptr, &current);
    if (is_ours(current)) continue;  // left under somebody's handler by an earlier Writer
    former[index_of(signal)] = current;
    sigaction(signal, &action, nullptr);
  }
}

void remove_crash_handlers() noexcept {
  for (int signal : deadly_signals) {
    struct sigaction current {};
    sigaction(signal, nullptr, &current);
    if (is_ours(current)) sigaction(signal, &former[index_of(signal)], nullptr);
  }
}

}  // namespace eddy::log::detail
