// SPDX-License-Identifier: MIT
#include <eddy/core/loop.hpp>

#include <utility>

#include "core/loop_impl.hpp"
#include "core/sanitizers.hpp"
#include "core/this_thread.hpp"
#include "core/turn_node.hpp"
#include "core/wheel_impl.hpp"

namespace eddy {

Loop::Loop() : Loop(Options()) {}

Loop::Loop(Options options) : core_(new detail::LoopCore) {
  EDDY_ASSERT(detail::this_thread_loop_core == nullptr, "a thread has one eddy::Loop");
  core_->keeps_blocks = !detail::heap_is_watched();
  core_->debug = options.debug;
  try {
    impl_ = std::make_unique<detail::LoopImpl>(*core_, *this, std::move(options));
  } catch (...) {
    delete core_;
    throw;
  }
  core_->loop = impl_.get();
  impl_->context.values = detail::capture_context();  // of the thread's work so far
  detail::this_thread_loop_core = core_;
}

Loop::~Loop() {
  core_->check_thread();
  EDDY_ASSERT(!impl_->running, "a running loop was destroyed");
  impl_->end();
  detail::this_thread_loop_core = nullptr;
  core_->orphan();
}

void Loop::run() {
  core_->check_thread();
  impl_->run();
}

void Loop::stop() noexcept {
  core_->check_thread();
  impl_->stop();
}

bool Loop::turn(bool wait) {
  core_->check_thread();
  impl_->stop_requested = false;
  return impl_->turn(wait);
}

bool Loop::running() const noexcept {
  return impl_->running;
}

bool Loop::turn_for_result() {
  core_->check_thread();
  impl_->stop_requested = false;
  const bool more = impl_->turn(true);
  return more && !impl_->stop_requested;
}

Error Loop::stopped_result() const noexcept {
  return std::exchange(impl_->stop_requested, false) ? Errc::canceled : Errc::stalled;
}

TimePoint Loop::now() const noexcept {
  return impl_->clock->now();
}

Clock& Loop::clock() const noexcept {
  return *impl_->clock;
}

std::optional<TimePoint> Loop::next_timer() const noexcept {
  if (impl_->heap.empty()) return std::nullopt;
  return impl_->heap.front()->due;
}

Future<void> Loop::next_turn(Site site) {
  core_->check_thread();
  detail::ValueNode<void>* node = detail::TurnNode::make(*core_, site);
  return detail::make_future(node);
}

Poster Loop::poster() const {
  return Poster(impl_->mailbox);
}

const LoopStatistic& Loop::statistic() const noexcept {
  core_->statistic.live_nodes = core_->live_blocks() + core_->holds;
  // Limits count for nothing: their wheel turns on for a moment when the last of them has gone.
  core_->statistic.active_timers = impl_->heap.size() - (impl_->wheel->turning() ? 1 : 0);
  return core_->statistic;
}

void Loop::on_unread_error(Function<void(const Error&, Site)> handler) {
  impl_->on_unread = std::move(handler);
}

}  // namespace eddy
