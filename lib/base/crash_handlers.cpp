// SPDX-License-Identifier: MIT
#include "crash_handlers.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <iterator>
#include <mutex>

namespace eddy::detail {
namespace {

constexpr int deadly_signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
constexpr auto hook_count = static_cast<std::size_t>(CrashHook::count);

// A handler has no other place to look for what to do, and what was there before it.
constinit std::atomic<void (*)() noexcept> hooks[hook_count]{};
struct sigaction former[std::size(deadly_signals)];
constinit std::mutex changing;
constinit std::size_t hooks_set = 0;

std::size_t index_of(int signal) noexcept {
  std::size_t i = 0;
  while (deadly_signals[i] != signal)
    ++i;
  return i;
}

extern "C" void eddy_on_crash(int signal, siginfo_t* info, void*) {
  int saved = errno;
  for (const auto& hook : hooks) {
    if (auto* const function = hook.load()) function();
  }
  sigaction(signal, &former[index_of(signal)], nullptr);
  // A fault happens again on return, now with its former handler. What was sent must be sent again.
  if (info->si_code <= 0) raise(signal);
  errno = saved;
}

bool is_ours(const struct sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == &eddy_on_crash;
}

void install() noexcept {
  struct sigaction action {};
  action.sa_sigaction = &eddy_on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int signal : deadly_signals) {
    struct sigaction current {};
    sigaction(signal, nullptr, &current);
    if (is_ours(current)) continue;  // left under somebody's handler by an earlier hook
    former[index_of(signal)] = current;
    sigaction(signal, &action, nullptr);
  }
}

void remove() noexcept {
  for (int signal : deadly_signals) {
    struct sigaction current {};
    sigaction(signal, nullptr, &current);
    if (is_ours(current)) sigaction(signal, &former[index_of(signal)], nullptr);
  }
}

}  // namespace

void set_crash_hook(CrashHook hook, void (*function)() noexcept) noexcept {
  const std::lock_guard lock(changing);
  auto& place = hooks[static_cast<std::size_t>(hook)];
  const bool was_set = place.exchange(function) != nullptr;
  const bool is_set = function != nullptr;
  if (is_set && !was_set && hooks_set++ == 0) install();
  if (!is_set && was_set && --hooks_set == 0) remove();
}

}  // namespace eddy::detail
