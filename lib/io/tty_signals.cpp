// SPDX-License-Identifier: MIT
#include "io/tty_signals.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/crash_handlers.hpp"

namespace eddy::detail {
namespace {

constexpr int deadly_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

// Where handlers look.
constinit std::atomic<void (*)() noexcept> restore{nullptr};
constinit std::atomic<void (*)() noexcept> apply{nullptr};
struct sigaction former_continue;

void call(const std::atomic<void (*)() noexcept>& hook) noexcept {
  if (auto* const function = hook.load()) function();
}

void restore_all() noexcept {
  call(restore);
}

/// Runs as if there were no handler, but for a moment before.
extern "C" void eddy_tty_on_end(int signal) {
  restore_all();
  raise(signal);  // SA_RESETHAND: with its default action
}

extern "C" void eddy_tty_on_stop(int signal) {
  const int saved = errno;
  restore_all();
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  struct sigaction ours {};
  sigaction(signal, &usual, &ours);
  raise(signal);  // the program stands still here until it is to go on
  sigaction(signal, &ours, nullptr);
  call(apply);
  errno = saved;
}

extern "C" void eddy_tty_on_continue(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  call(apply);
  if ((former_continue.sa_flags & SA_SIGINFO) != 0) {
    former_continue.sa_sigaction(signal, info, context);
  } else if (former_continue.sa_handler != SIG_DFL && former_continue.sa_handler != SIG_IGN) {
    former_continue.sa_handler(signal);
  }
  errno = saved;
}

struct sigaction action_of(void (*handler)(int), int flags) noexcept {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  return action;
}

bool has_handler(int signal, void (*handler)(int)) noexcept {
  struct sigaction current {};
  sigaction(signal, nullptr, &current);
  return (current.sa_flags & SA_SIGINFO) == 0 && current.sa_handler == handler;
}

/// What somebody handles is his, and what is ignored, as nohup has it, stays ignored.
void replace(int signal, void (*expected)(int), const struct sigaction& action) noexcept {
  if (has_handler(signal, expected)) sigaction(signal, &action, nullptr);
}

void catch_continue() noexcept {
  struct sigaction action {};
  action.sa_sigaction = &eddy_tty_on_continue;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGCONT, nullptr, &former_continue);
  sigaction(SIGCONT, &action, nullptr);
}

/// Once and for good: a handler that is taken back and put on top again could come to call one that
/// calls it.
void hook_into_process() noexcept {
  static constinit std::atomic<bool> hooked{false};
  if (hooked.exchange(true)) return;
  std::atexit(&restore_all);
  std::at_quick_exit(&restore_all);
  catch_continue();
}

}  // namespace

void catch_ends(const TtyHooks& hooks) noexcept {
  restore = hooks.restore;
  apply = hooks.apply;
  hook_into_process();
  catch_continue_again();
  set_crash_hook(CrashHook::terminal, &restore_all);
  for (const int signal : deadly_signals)
    replace(signal, SIG_DFL, action_of(&eddy_tty_on_end, SA_RESETHAND | SA_NODEFER));
  // Not interrupted by itself, but let through when it is sent once more.
  replace(SIGTSTP, SIG_DFL, action_of(&eddy_tty_on_stop, SA_NODEFER | SA_RESTART));
}

void catch_continue_again() noexcept {
  if (has_handler(SIGCONT, SIG_DFL)) catch_continue();
}

void release_ends() noexcept {
  set_crash_hook(CrashHook::terminal, nullptr);
  for (const int signal : deadly_signals)
    replace(signal, &eddy_tty_on_end, action_of(SIG_DFL, 0));
  replace(SIGTSTP, &eddy_tty_on_stop, action_of(SIG_DFL, 0));
}

}  // namespace eddy::detail
