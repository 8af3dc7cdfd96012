// SPDX-License-Identifier: MIT
#include <eddy/io/stream.hpp>

#include <utility>

#include "io/stream_base.hpp"

namespace eddy {

using detail::ReadGoal;

Stream& Stream::operator=(Stream&& other) noexcept {
  Stream old(std::move(*this));
  base_ = std::exchange(other.base_, nullptr);
  return *this;
}

Stream::~Stream() {
  if (base_ == nullptr) return;
  base_->finish();
  base_->release();
}

detail::StreamBase& Stream::checked() const noexcept {
  EDDY_ASSERT(base_ != nullptr, "an empty Stream was used");
  return *base_;
}

void Stream::start(ByteSink& sink) {
  checked().start(sink);
}

void Stream::stop() noexcept {
  if (base_ != nullptr) base_->stop_push();
}

void Stream::pause() noexcept {
  if (base_ != nullptr) base_->pause();
}

void Stream::resume() noexcept {
  if (base_ != nullptr) base_->resume();
}

Future<std::string> Stream::read(std::size_t max, Site site) {
  EDDY_ASSERT(max > 0, "a read of no octets never ends");
  return checked().read(ReadGoal::some(max), site);
}

Future<std::string> Stream::read_exactly(std::size_t count, Site site) {
  return checked().read(ReadGoal::exactly(count), site);
}

Future<std::string> Stream::read_until(std::string_view delimiter, std::size_t limit, Site site) {
  EDDY_ASSERT(!delimiter.empty(), "nothing ends with an empty delimiter");
  return checked().read(ReadGoal::until(delimiter, limit), site);
}

Future<std::string> Stream::read_line(std::size_t limit, Site site) {
  return checked().read(ReadGoal::line(limit), site);
}

void Stream::write(ByteView bytes) {
  checked().write(bytes);
}

std::span<char> Stream::writable(std::size_t at_least) {
  return checked().writable(at_least);
}

void Stream::wrote(std::size_t count) noexcept {
  checked().wrote(count);
}

bool Stream::flush() noexcept {
  return checked().send_now();
}

std::size_t Stream::queued() const noexcept {
  return base_ == nullptr ? 0 : base_->queued() + base_->carried();
}

bool Stream::congested() const noexcept {
  return base_ != nullptr && base_->congested();
}

Future<void> Stream::drain(Site site) {
  return checked().drain(site);
}

Future<void> Stream::shutdown(Site site) {
  return checked().shutdown(site);
}

void Stream::close() noexcept {
  if (base_ == nullptr) return;
  base_->finish();
  base_->close();
}

void Stream::reset() noexcept {
  if (base_ != nullptr) base_->reset();
}

void Stream::set_idle_limit(Duration limit) noexcept {
  checked().set_idle_limit(limit);
}

void Stream::set_write_limit(Duration limit) noexcept {
  checked().set_write_limit(limit);
}

void Stream::set_water_marks(const WaterMarks& marks) noexcept {
  checked().set_water_marks(marks);
}

bool Stream::open() const noexcept {
  return base_ != nullptr && base_->usable();
}

Loop& Stream::loop() const noexcept {
  EDDY_ASSERT(checked().impl() != nullptr, "the stream is closed, or its loop is gone");
  return base_->impl()->loop;
}

const StreamStatistic& Stream::statistic() const noexcept {
  return checked().statistic();
}

}  // namespace eddy
