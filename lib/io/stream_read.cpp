// SPDX-License-Identifier: MIT
//
// How received octets reach a sink or a reader.
#include <algorithm>
#include <utility>

#include "io/stream_base.hpp"

namespace eddy::detail {
namespace {

Future<std::string> settled_read(LoopCore& core, Site site, Result<std::string>&& result) {
  ValueNode<std::string>* node = ReadyNode<std::string>::make(core, site, std::move(result));
  return make_future(node);
}

Error too_large(const ReadGoal& goal) {
  return {Errc::too_large, "no end within " + std::to_string(goal.amount()) + " octets"};
}

}  // namespace

// Push.

void StreamBase::start(ByteSink& sink) noexcept {
  EDDY_ASSERT(sink_ == nullptr && reader_ == nullptr, "a stream has one reader at a time");
  if (!open() && !error_) return;
  sink_ = &sink;
  end_told_ = false;
  if (error_) return due(fault_due);
  resume();
}

void StreamBase::resume() noexcept {
  paused_ = false;
  if (!open() || sink_ == nullptr) return;
  if (!inbox_.empty() || ended_) return due(input_due);
  start_receiving();
}

/// The sink may stop, pause, close or destroy the stream each time.
void StreamBase::deliver_input() noexcept {
  const auto ready = [this] {
    return sink_ != nullptr && !paused_;
  };
  while (ready() && !inbox_.empty()) {
    const std::string bytes = inbox_.take_all();
    sink_->on_bytes(bytes);
  }
  if (!ready()) return;
  if (!ended_) return start_receiving();
  tell_end();
}

void StreamBase::tell_end() noexcept {
  if (std::exchange(end_told_, true)) return;
  if (truncated_) [[unlikely]]
    return die(Errc::truncated);
  sink_->on_end();
}

// What the carrier tells.

bool StreamBase::wants_input() const noexcept {
  if (sink_ != nullptr) return !paused_;
  return reader_ != nullptr || inbox_.size() < Stream::read_ahead;
}

void StreamBase::received(ByteView bytes) noexcept {
  statistic_.bytes_in += bytes.size();
  touched();
  if (sink_ != nullptr && !paused_ && inbox_.empty()) [[likely]]
    return sink_->on_bytes(bytes);
  if (reader_ != nullptr && inbox_.empty() && reader_->goal.takes_any()) {
    const std::size_t count = std::min(bytes.size(), reader_->goal.amount());
    ReadNode* reader = std::exchange(reader_, nullptr);
    reader->detach();
    if (count < bytes.size()) inbox_.append(bytes.substr(count));
    return reader->settle_value(bytes.substr(0, count));
  }
  inbox_.append(bytes);
  serve_reader();
}

void StreamBase::received_end(bool truncated) noexcept {
  ended_ = true;
  truncated_ = truncated;
  receiving_ = false;
  if (sink_ != nullptr) return deliver_input();
  serve_reader();
}

void StreamBase::start_receiving() noexcept {
  if (receiving_ || ended_ || !usable()) return;
  receiving_ = true;
  if (const int status = receive(); status < 0) fault(uv_error(status, kind()));
}

// Pull.

Future<std::string> StreamBase::read(ReadGoal&& goal, Site site) {
  EDDY_ASSERT(sink_ == nullptr, "a stream with a sink is not read by hand");
  core_.check_thread();
  if (reader_ != nullptr) {
    return settled_read(core_, site, Error(Errc::invalid, "a second read of a stream at a time"));
  }
  const bool more = usable() && !ended_;
  const ReadGoal::Match found = more ? goal.match(inbox_.view()) : goal.match_at_end(inbox_.view());
  if (found.done) return settled_read(core_, site, take(found));
  if (found.too_large) return settled_read(core_, site, too_large(goal));
  if (!more) return settled_read(core_, site, why_no_input());
  reader_ = ReadNode::make(core_, site, *this, std::move(goal));
  ValueNode<std::string>* node = reader_;
  start_receiving();
  return make_future(node);
}

void StreamBase::serve_reader() noexcept {
  if (reader_ == nullptr) return;
  const ReadGoal::Match found =
      ended_ ? reader_->goal.match_at_end(inbox_.view()) : reader_->goal.match(inbox_.view());
  if (found.done) {
    ReadNode* reader = std::exchange(reader_, nullptr);
    reader->detach();
    reader->settle_value(take(found));
  } else if (found.too_large) {
    fail_reader(too_large(reader_->goal));
  } else if (ended_) {
    fail_reader(why_no_input());
  }
}

std::string StreamBase::take(const ReadGoal::Match& found) {
  std::string bytes = inbox_.take(found.take);
  bytes.resize(bytes.size() - found.strip);
  return bytes;
}

void StreamBase::fail_reader(const Error& error) noexcept {
  if (reader_ == nullptr) return;
  ReadNode* reader = std::exchange(reader_, nullptr);
  reader->detach();
  reader->settle_error(error);
}

Error StreamBase::why_no_input() const {
  if (error_) return *error_;
  if (truncated_) return Errc::truncated;
  return ended_ ? Errc::end_of_stream : Errc::closed;
}

}  // namespace eddy::detail
