// SPDX-License-Identifier: MIT
#include "core/handle.hpp"

namespace eddy::detail {

HandleBlock::~HandleBlock() = default;

void HandleBlock::adopted_by_libuv() noexcept {
  held_by_libuv_ = true;
  handle()->data = this;
  impl_->handles.push_back(*this);
  ++impl_->core.statistic.open_handles;
}

void HandleBlock::close() noexcept {
  if (closing_) return;
  closing_ = true;
  if (held_by_libuv_) uv_close(handle(), &HandleBlock::on_closed);
  on_closing();
}

void HandleBlock::release() noexcept {
  close();
  held_by_wrapper_ = false;
  if (!held_by_libuv_) delete this;
}

void HandleBlock::leave_loop() noexcept {
  unlink();
  --impl_->core.statistic.open_handles;
  impl_ = nullptr;
}

void HandleBlock::on_closed(uv_handle_t* handle) noexcept {
  auto* block = static_cast<HandleBlock*>(handle->data);
  LoopImpl& impl = *block->impl_;
  block->leave_loop();
  block->held_by_libuv_ = false;
  if (block->held_by_wrapper_) return;
  if (impl.ending) {
    delete block;
    return;
  }
  // What dies with the block may make continuations ready, which must not wait for the next event.
  const CallbackScope scope(impl, block->site_);
  delete block;
}

}  // namespace eddy::detail
