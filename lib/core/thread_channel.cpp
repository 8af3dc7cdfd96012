// SPDX-License-Identifier: MIT
#include <eddy/core/thread_channel.hpp>

#include <string>
#include <utility>

namespace eddy::detail {

ChannelLink::~ChannelLink() = default;

void ChannelLink::wake(std::shared_ptr<ChannelLink> link) noexcept {
  const ChannelLink& sender = *link;
  sender.send([link = std::move(link)] { link->arrive(); });
}

Result<void> may_block(const char* what) {
  const Loop* loop = this_thread_loop();
  if (loop == nullptr || !loop->running()) return {};
  return Error(Errc::invalid, std::string(what) + " on a thread that runs a loop");
}

Loop& loop_for_channel() noexcept {
  Loop* loop = this_thread_loop();
  EDDY_ASSERT(loop != nullptr, "futures of a channel are for threads that have a loop");
  return *loop;
}

}  // namespace eddy::detail
