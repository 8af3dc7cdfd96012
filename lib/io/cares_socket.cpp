// SPDX-License-Identifier: MIT
#include "io/cares_socket.hpp"

#include <utility>

#include "io/cares_lookup.hpp"

namespace eddy::detail {

int CaresSocket::init() noexcept {
  const int status = uv_poll_init(&impl()->uv, &poll_, descriptor_);
  if (status == 0) adopted_by_libuv();
  return status;
}

int CaresSocket::watch(bool readable, bool writable) noexcept {
  if (!open()) return 0;
  const int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
  return uv_poll_start(&poll_, events, &on_ready);
}

void CaresSocket::abandon() noexcept {
  lookup_ = nullptr;
  release();
}

void CaresSocket::on_closing() noexcept {
  // Not let go by the lookup, so the loop ends: nothing is looked up any more.
  if (lookup_ != nullptr) lookup_->give_up();
}

void CaresSocket::on_ready(uv_poll_t* handle, int status, int events) noexcept {
  auto& self = of<CaresSocket>(handle);
  if (self.lookup_ == nullptr) return;
  const CallbackScope scope(*self.impl(), self.site());
  // A failure is for c-ares to find when it uses the socket.
  if (status < 0) events = UV_READABLE | UV_WRITABLE;
  self.lookup_->process(self.descriptor_, (events & UV_READABLE) != 0, (events & UV_WRITABLE) != 0);
}

}  // namespace eddy::detail
