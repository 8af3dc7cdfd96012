// SPDX-License-Identifier: MIT
//
// How a stream that waits at a terminal hears that the program goes on after a stop. Private to io.
//
// That may be in the background, from where it comes to the foreground without another sign: not
// every shell sends SIGCONT to a program that runs. So the stream has to look.
#pragma once

#include <eddy/core/signal_watcher.hpp>

#include <optional>

#include "core/loop_impl.hpp"

namespace eddy::detail {

/// Watches SIGCONT as soon as there is a mode that may have to come again. Thread: loop.
class ContinueWatch {
 public:
  ContinueWatch() noexcept = default;
  ContinueWatch(const ContinueWatch&) = delete;
  ContinueWatch& operator=(const ContinueWatch&) = delete;
  ~ContinueWatch() { stop(); }

  /// `look` is called when the program goes on and its modes apply, or are owed. To be called
  /// whenever the stream begins to wait. Without descriptors it watches nothing: then modes come
  /// with what is read first.
  void start(LoopImpl& impl, Function<void()> look, Site site);
  /// The second time does nothing.
  void stop() noexcept;

 private:
  std::optional<SignalWatcher> watcher_;
};

}  // namespace eddy::detail
