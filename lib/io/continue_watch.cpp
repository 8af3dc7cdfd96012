// SPDX-License-Identifier: MIT
#include "io/continue_watch.hpp"

#include <csignal>
#include <utility>

#include "io/tty_table.hpp"

namespace eddy::detail {

void ContinueWatch::start(LoopImpl& impl, Function<void()> look, Site site) {
  if (watcher_ || !tty_modes_exist()) return;
  auto tell = [look = std::move(look)](int) mutable {
    apply_tty_modes();  // libuv's handler may have taken the place of ours
    look();
  };
  Result<SignalWatcher> watcher = SignalWatcher::watch(impl.loop, SIGCONT, std::move(tell), site);
  if (watcher) watcher_ = *std::move(watcher);
}

void ContinueWatch::stop() noexcept {
  if (!watcher_) return;
  watcher_.reset();
  catch_tty_signals_again();
}

}  // namespace eddy::detail
