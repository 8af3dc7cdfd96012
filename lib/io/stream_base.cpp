// SPDX-License-Identifier: MIT
//
// The life of a stream, and what happens at the end of a callback. Reading and writing have files
// of their own.
#include "io/stream_base.hpp"

#include <utility>

namespace eddy::detail {

StreamBase::StreamBase(LoopImpl& impl, const char* kind, Site site) noexcept
    : HandleBlock(impl, kind, site),
      core_(impl.core),
      core_hold_(impl.core),
      idle_(*this,
            [](Limit& limit) noexcept { static_cast<StreamLimit&>(limit).stream.on_idle(); }) {}

StreamBase::~StreamBase() {
  if (core_.loop != nullptr) core_.loop->uncork(*this);
}

void StreamBase::on_closing() noexcept {
  if (cork_ != nullptr) drop_cork();
  impl()->uncork(*this);
  idle_.cancel();
  if (outbox_ != nullptr) outbox_->stall.cancel();
  sink_ = nullptr;
  if (!impl()->ending) {
    fail_reader(why_no_output());
    fail_waiting(why_no_output());
    return;
  }
  // The loop is going: nothing runs any more, so nothing settles either.
  if (reader_ != nullptr) std::exchange(reader_, nullptr)->detach();
  while (!waiting_.empty())
    waiting_.pop_front();
}

void StreamBase::finish() noexcept {
  finishing_ = true;
  if (usable() && corked_ > 0) send_corked();
}

void StreamBase::reset() noexcept {
  if (!open()) return;
  abort();
  close();
}

void StreamBase::die(const Error& error) noexcept {
  ByteSink* sink = std::exchange(sink_, nullptr);
  failed_ = true;
  error_ = error;
  const Error told = error;  // NOLINT: the sink may destroy the stream and read on
  close();                   // fails the futures that wait
  if (sink != nullptr) sink->on_error(told);
}

// What is put off to the end of the callback.

void StreamBase::due(unsigned what) noexcept {
  due_ |= what;
  if (core_.loop != nullptr) core_.loop->cork(*this);
}

void StreamBase::fault(Error error) noexcept {
  if (error_) return;
  failed_ = true;
  error_ = std::move(error);
  due(fault_due);
}

void StreamBase::flush() noexcept {
  if (cork_ != nullptr) send_corked();
  if (due_ != 0) [[unlikely]]
    finish_due();
}

void StreamBase::finish_due() noexcept {
  const unsigned what = std::exchange(due_, 0U);
  if ((what & fault_due) != 0) {
    if (open()) abort();
    return die(*error_);
  }
  if ((what & end_due) != 0) end_output();
  if ((what & drained_due) != 0) shrunk();
  if ((what & input_due) != 0) deliver_input();
}

// Limits of time.

void StreamBase::set_idle_limit(Duration limit) noexcept {
  idle_limit_ = limit;
  idle_.cancel();
  if (open()) touched();
}

void StreamBase::on_idle() noexcept {
  const std::size_t left = carried() + (outbox_ != nullptr ? untransmitted() : 0);
  if (std::exchange(idle_left_, left) != left) return touched();
  if (left > 0) abort();  // an orderly end would pass for the end of what was written
  die(Error(Errc::timed_out, "idle stream"));
}

}  // namespace eddy::detail
