// SPDX-License-Identifier: MIT
#include <eddy/core/remote_promise.hpp>

#include <tuple>
#include <utility>

#include "core/loop_impl.hpp"

namespace eddy::detail {

RemoteLink::RemoteLink(Loop& loop)
    : mailbox_(LoopImpl::of(loop).mailbox), outstanding_on_(&LoopImpl::of(loop)) {
  outstanding_on_->remotes.push_back(*this);
  outstanding_on_->expect_remote(+1);
  if (outstanding_on_->ending) retire();  // nobody would release it
}

RemoteLink::~RemoteLink() {
  retire();  // has happened, unless the constructor of what derives from this threw
}

void RemoteLink::send(Function<void()> deliver) const noexcept {
  const auto mailbox = mailbox_;  // the loop may run `deliver` and free this link at once
  // When the loop is gone the value dies here, on the caller's thread.
  std::ignore = mailbox->post(std::move(deliver));
}

void RemoteLink::retire() noexcept {
  wanted_.store(false, std::memory_order_relaxed);
  LoopImpl* impl = std::exchange(outstanding_on_, nullptr);
  if (impl == nullptr) return;
  unlink();
  impl->expect_remote(-1);
}

}  // namespace eddy::detail
