// SPDX-License-Identifier: MIT
#include <eddy/core/signal_watcher.hpp>

#include <string>
#include <utility>

#include "core/handle.hpp"

namespace eddy {
namespace detail {

/// The block of a uv_signal_t.
class SignalHandle final : public HandleBlock {
 public:
  SignalHandle(LoopImpl& impl, Function<void(int)>&& callback, Site site)
      : HandleBlock(impl, "signal watcher", site), callback_(std::move(callback)) {}

  int start(int signal) noexcept {
    if (const int status = uv_signal_init(&impl()->uv, &signal_); status != 0) return status;
    adopted_by_libuv();
    uv_unref(handle());
    return uv_signal_start(&signal_, &on_signal, signal);
  }

 private:
  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&signal_); }

  static void on_signal(uv_signal_t* handle, int number) noexcept {
    auto& self = of<SignalHandle>(handle);
    const CallbackScope scope(*self.impl(), self.site());
    // The block outlives this call: libuv lets go of it in a later turn.
    guarded(self.impl()->core, self.site(), [&self, number] { self.callback_(number); });
  }

  uv_signal_t signal_{};
  Function<void(int)> callback_;
};

}  // namespace detail

Result<SignalWatcher> SignalWatcher::watch(Loop& loop,
                                           int signal,
                                           Function<void(int)> callback,
                                           Site site) {
  auto& impl = detail::LoopImpl::of(loop);
  SignalWatcher watcher(new detail::SignalHandle(impl, std::move(callback), site));
  if (const int status = watcher.handle_->start(signal); status != 0) {
    return detail::uv_error(status, "watch signal " + std::to_string(signal));
  }
  return watcher;
}

SignalWatcher::SignalWatcher(SignalWatcher&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)) {}

SignalWatcher& SignalWatcher::operator=(SignalWatcher&& other) noexcept {
  SignalWatcher old(std::move(*this));
  handle_ = std::exchange(other.handle_, nullptr);
  return *this;
}

SignalWatcher::~SignalWatcher() {
  if (handle_ != nullptr) handle_->release();
}

void SignalWatcher::close() noexcept {
  if (handle_ != nullptr) handle_->close();
}

}  // namespace eddy
