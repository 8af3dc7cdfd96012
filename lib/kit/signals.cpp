// SPDX-License-Identifier: MIT
#include "signals.hpp"

#include "watchdog.hpp"

#include <eddy/kit/exit_code.hpp>

#include <atomic>
#include <cerrno>
#include <memory>
#include <utility>

#include <unistd.h>

namespace eddy::detail {
namespace {

constexpr int graceful_signals[] = {SIGINT, SIGTERM};
constexpr unsigned final_count = 3;

using Handler = void (*)(int);

// A signal handler knows nothing but globals. They belong to the one Signals of the process.
constinit std::atomic<bool> owned{false};
constinit std::atomic<unsigned> signal_count{0};
constinit std::atomic<int> last_signal{0};
constinit std::atomic<int> pipe_to_watchdog{-1};
constinit std::atomic<Handler> next_handlers[2]{};  // the loop's, as in graceful_signals

static_assert(std::atomic<Handler>::is_always_lock_free &&
                  std::atomic<unsigned>::is_always_lock_free,
              "a signal handler may not wait for a lock");

extern "C" void eddy_on_graceful_signal(int signal) {
  const int kept_errno = errno;
  const unsigned count = signal_count.fetch_add(1) + 1;
  if (count >= final_count) ::_exit(exit_code::of_signal(signal));
  last_signal.store(signal);
  const int pipe = pipe_to_watchdog.load();
  if (pipe >= 0 && ::write(pipe, &Watchdog::arm_octet, 1) < 0) {
    // Full or gone: either way the watchdog was told before, and there is nobody to tell here.
  }
  const Handler next = next_handlers[signal == graceful_signals[0] ? 0 : 1].load();
  if (next != nullptr) next(signal);
  errno = kept_errno;
}

}  // namespace

/// One signal: the loop's watcher below, the counting handler on top.
class Signals::Taken {
 public:
  Taken(std::size_t index, struct sigaction before, SignalWatcher watcher)
      : index_(index), before_(before), watcher_(std::move(watcher)) {
    struct sigaction of_loop {};
    ::sigaction(signal(), nullptr, &of_loop);
    next_handlers[index_].store(of_loop.sa_handler);
    struct sigaction counting {};
    counting.sa_handler = &eddy_on_graceful_signal;
    counting.sa_flags = SA_RESTART;
    ::sigfillset(&counting.sa_mask);
    ::sigaction(signal(), &counting, &of_loop_);
  }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() {
    ::sigaction(signal(), &of_loop_, nullptr);
    watcher_.close();
    // The loop sets the default if nobody else watches this signal; what was there may differ.
    struct sigaction now {};
    ::sigaction(signal(), nullptr, &now);
    if (now.sa_handler == SIG_DFL) ::sigaction(signal(), &before_, nullptr);
    next_handlers[index_].store(nullptr);
  }

 private:
  int signal() const noexcept { return graceful_signals[index_]; }

  const std::size_t index_;
  struct sigaction before_;
  struct sigaction of_loop_ {};
  SignalWatcher watcher_;
};

Result<std::unique_ptr<Signals>> Signals::take(Loop& loop,
                                               int arming_pipe,
                                               Function<void()> on_signal) {
  const bool taken_before = owned.exchange(true);
  EDDY_ASSERT(!taken_before, "one Supervisor of a process owns the signals");
  signal_count.store(0);
  last_signal.store(0);
  pipe_to_watchdog.store(arming_pipe);
  std::unique_ptr<Signals> signals(new Signals);
  const auto shared = std::make_shared<Function<void()>>(std::move(on_signal));
  for (std::size_t i = 0; i < std::size(graceful_signals); ++i) {
    struct sigaction before {};
    ::sigaction(graceful_signals[i], nullptr, &before);
    auto watcher = SignalWatcher::watch(loop, graceful_signals[i], [shared](int) { (*shared)(); });
    if (!watcher) return std::move(watcher).error().with("supervisor's signals");
    signals->taken_[i] = std::make_unique<Taken>(i, before, *std::move(watcher));
  }
  return signals;
}

Signals::~Signals() {
  taken_[1].reset();
  taken_[0].reset();
  pipe_to_watchdog.store(-1);
  owned.store(false);
}

unsigned Signals::count() noexcept {
  return signal_count.load();
}

int Signals::last() noexcept {
  return last_signal.load();
}

}  // namespace eddy::detail
