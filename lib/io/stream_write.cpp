// SPDX-License-Identifier: MIT
//
// How written octets are collected, sent at the end of the callback, and kept if the kernel refuses
// them.
#include <algorithm>
#include <cstring>
#include <utility>

#include "io/stream_base.hpp"

namespace eddy::detail {
namespace {

/// From here on a copy into the cork costs as much as the call of the kernel that it may save.
constexpr std::size_t sent_at_once = Stream::cork_size / 2;
/// So often a write limit looks for progress.
constexpr int looks_per_limit = 4;

}  // namespace

Outbox::Outbox(StreamBase& owner) noexcept
    : stall(owner,
            [](Limit& limit) noexcept { static_cast<StreamLimit&>(limit).stream.on_stall(); }) {}

void StreamBase::write(ByteView bytes) {
  if (!writing()) [[unlikely]] {
    statistic_.bytes_refused += bytes.size();
    return;
  }
  if (outbox_ != nullptr) [[unlikely]] {
    if (corked_ > 0) send_corked();
    if (queued() + bytes.size() > marks_.hard) return overload(queued() + bytes.size());
    outbox_->pending.append(bytes);
    return grown();
  }
  if (bytes.size() >= sent_at_once || bytes.size() > Stream::cork_size - corked_) {
    return write_large(bytes);
  }
  if (bytes.empty()) return;
  if (cork_ == nullptr) cork_ = StreamPool::of(*impl()).lend(*this);
  std::memcpy(cork_ + corked_, bytes.data(), bytes.size());
  wrote(bytes.size());
}

std::span<char> StreamBase::writable(std::size_t at_least) {
  EDDY_ASSERT(at_least <= Stream::cork_size, "writable() gives at most Stream::cork_size octets");
  if (!writing()) return {};
  if (at_least > Stream::cork_size - corked_) send_corked();
  if (cork_ == nullptr) cork_ = StreamPool::of(*impl()).lend(*this);
  impl()->cork(*this);  // takes the cork back even if nothing is written
  return {cork_ + corked_, Stream::cork_size - corked_};
}

void StreamBase::wrote(std::size_t count) noexcept {
  corked_ += count;
  impl()->cork(*this);
  if (corked_ > marks_.high || outbox_ != nullptr) [[unlikely]]
    grown();
}

void StreamBase::drop_cork() noexcept {
  corked_ = 0;
  StreamPool::of(*impl()).give_back(*this, std::exchange(cork_, nullptr));
}

void StreamBase::send_corked() noexcept {
  const ByteView bytes(cork_, corked_);
  if (bytes.empty()) {
    // Room was asked for and not used.
  } else if (outbox_ != nullptr) {
    outbox_->pending.append(bytes);
  } else {
    transmit_or_keep(bytes, {});
  }
  if (cork_ != nullptr) drop_cork();
}

bool StreamBase::send_now() noexcept {
  send_corked();
  return push_out() && usable() && queued() == 0;
}

void StreamBase::write_large(ByteView bytes) {
  transmit_or_keep(ByteView(cork_, corked_), bytes);
  if (cork_ != nullptr) drop_cork();
  grown();
}

/// Sends what the carrier takes at once and keeps the rest.
void StreamBase::transmit_or_keep(ByteView first, ByteView second) {
  const int status = transmit(first, second);
  if (status < 0) return fault(uv_error(status, kind()));
  const auto count = static_cast<std::size_t>(status);
  statistic_.bytes_out += count;
  touched();
  if (count == first.size() + second.size()) [[likely]] {
    if (congested_) due(drained_due);
    return;
  }
  const std::size_t rest = first.size() + second.size() - count;
  if (rest > marks_.hard) return overload(rest);
  outbox_ = std::make_unique<Outbox>(*this);
  outbox_->sending.reserve(rest);
  outbox_->sending.append(first.substr(std::min(count, first.size())));
  outbox_->sending.append(second.substr(count - std::min(count, first.size())));
  transmit_outbox();
}

void StreamBase::transmit_outbox() noexcept {
  if (const int status = transmit_all(outbox_->sending); status < 0) {
    return fault(uv_error(status, kind()));
  }
  watch_progress();
}

void StreamBase::sent() noexcept {
  idle_left_ = 0;
  statistic_.bytes_out += outbox_->sending.size();
  touched();
  if (outbox_->pending.empty()) {
    outbox_.reset();
  } else {
    outbox_->sending = std::exchange(outbox_->pending, {});
    transmit_outbox();
  }
  if (outbox_ == nullptr && corked_ == 0) end_output();
  shrunk();
}

// Too much, and no longer too much.

std::size_t StreamBase::queued() const noexcept {
  if (outbox_ == nullptr) return corked_;
  return corked_ + untransmitted() + outbox_->pending.size();
}

void StreamBase::grown() noexcept {
  const std::size_t count = queued();
  if (count > marks_.hard) return overload(count);
  if (count > marks_.high) congested_ = true;
}

void StreamBase::overload(std::size_t count) noexcept {
  fault(Error(Errc::overloaded, std::to_string(count) + " octets wait to be sent"));
}

void StreamBase::shrunk() noexcept {
  if (!congested_ || !usable() || queued() > marks_.low) return;
  congested_ = false;
  settle_waiting(WaitNode::For::drain);
  if (sink_ != nullptr) sink_->on_drained();
}

void StreamBase::set_write_limit(Duration limit) noexcept {
  write_limit_ = limit;
  if (outbox_ != nullptr && open()) watch_progress();
}

void StreamBase::watch_progress() noexcept {
  outbox_->left = untransmitted();
  outbox_->moved = impl()->clock->now();
  outbox_->stall.start(impl()->loop, write_limit_ / looks_per_limit);
}

void StreamBase::on_stall() noexcept {
  if (untransmitted() != outbox_->left) return watch_progress();
  if (impl()->clock->now() - outbox_->moved < write_limit_) {
    return outbox_->stall.start(impl()->loop, write_limit_ / looks_per_limit);
  }
  abort();
  die(Error(Errc::timed_out, "stalled write"));
}

// Those who wait.

Future<void> StreamBase::drain(Site site) {
  core_.check_thread();
  if (!usable()) return settled(site, why_no_output());
  if (!congested_) return settled(site, {});
  return wait_for(WaitNode::For::drain, site);
}

Future<void> StreamBase::shutdown(Site site) {
  core_.check_thread();
  if (!usable()) return settled(site, why_no_output());
  if (output_ == Output::ended) return settled(site, {});
  if (output_ == Output::open) output_ = Output::ending;
  due(end_due);
  return wait_for(WaitNode::For::shutdown, site);
}

void StreamBase::end_output() noexcept {
  if (output_ != Output::ending || !usable()) return;
  if (outbox_ != nullptr || corked_ > 0) return;
  output_ = Output::telling;
  const int status = transmit_end();
  if (status < 0) return fault(uv_error(status, kind()));
  if (status != in_progress) end_sent();
}

void StreamBase::end_sent() noexcept {
  output_ = Output::ended;
  settle_waiting(WaitNode::For::shutdown);
}

Error StreamBase::why_no_output() const {
  return error_ ? *error_ : Error(Errc::closed);
}

Future<void> StreamBase::settled(Site site, Result<void>&& result) {
  ValueNode<void>* node = ReadyNode<void>::make(core_, site, std::move(result));
  return make_future(node);
}

Future<void> StreamBase::wait_for(WaitNode::For what, Site site) {
  WaitNode* wait = WaitNode::make(core_, site, what);
  waiting_.push_back(*wait);
  ValueNode<void>* node = wait;
  return make_future(node);
}

// A chain that settles may end the life of others, and of this stream: off the list first.
void StreamBase::settle_waiting(WaitNode::For what) noexcept {
  List<WaitNode> ready;
  for (WaitNode* wait = waiting_.first(); wait != nullptr;) {
    WaitNode* const next = waiting_.next(*wait);
    if (wait->awaited == what) {
      wait->leave();
      ready.push_back(*wait);
    }
    wait = next;
  }
  while (!ready.empty())
    ready.pop_front().settle_value();
}

void StreamBase::fail_waiting(const Error& error) noexcept {
  List<WaitNode> failed;
  failed.take(waiting_);
  while (!failed.empty())
    failed.pop_front().settle_error(error);
}

}  // namespace eddy::detail
