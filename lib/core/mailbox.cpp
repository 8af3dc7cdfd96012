// SPDX-License-Identifier: MIT
#include "core/mailbox.hpp"

#include <eddy/core/poster.hpp>

#include <utility>

#include "core/loop_impl.hpp"

namespace eddy {
namespace detail {

void Mailbox::open(uv_async_t* wake) noexcept {
  const std::lock_guard lock(mutex_);
  wake_ = wake;
}

bool Mailbox::post(Function<void()>&& function) {
  // Under the lock, for libuv forbids a send that races with the close of the loop.
  const std::lock_guard lock(mutex_);
  if (wake_ == nullptr) return false;
  functions_.push_back(std::move(function));
  if (functions_.size() == 1) uv_async_send(wake_);
  return true;
}

bool Mailbox::closed() const noexcept {
  const std::lock_guard lock(mutex_);
  return wake_ == nullptr;
}

std::vector<Function<void()>> Mailbox::collect() {
  const std::lock_guard lock(mutex_);
  return std::exchange(functions_, {});
}

std::vector<Function<void()>> Mailbox::close() {
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
  return std::exchange(functions_, {});
}

}  // namespace detail

bool Poster::post(Function<void()> function) const {
  return mailbox_->post(std::move(function));
}

bool Poster::closed() const noexcept {
  return mailbox_->closed();
}

bool Poster::on_this_thread() const noexcept {
  Loop* loop = this_thread_loop();
  return loop != nullptr && detail::LoopImpl::of(*loop).mailbox == mailbox_;
}

}  // namespace eddy
