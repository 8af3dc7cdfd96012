// SPDX-License-Identifier: MIT
#include "log_crash.hpp"

#include "crash_handlers.hpp"
#include "log_core.hpp"

#include <atomic>

namespace eddy::log::detail {
namespace {

constinit std::atomic<bool> crashing{false};

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

}  // namespace

void install_crash_handlers() noexcept {
  eddy::detail::set_crash_hook(eddy::detail::CrashHook::log, &flush_current);
}

void remove_crash_handlers() noexcept {
  eddy::detail::set_crash_hook(eddy::detail::CrashHook::log, nullptr);
}

}  // namespace eddy::log::detail
