// SPDX-License-Identifier: MIT
#include "io/file_encoder.hpp"

#include <span>
#include <utility>

namespace eddy::detail {
namespace {

/// So much compressed data is written at a time.
constexpr std::size_t output_step = 64 << 10;

Error failed(Error why, const OpenFile& file) {
  return std::move(why).with("compress " + file.path());
}

}  // namespace

Result<void> FileEncoder::write(const OpenFile& file, ByteView bytes, CodecFlush flush) {
  if (!compressor_) {
    Result<Compressor> made = Compressor::make(format_, options_);
    if (!made) return failed(std::move(made).error(), file);
    compressor_.emplace(*std::move(made));
    room_.resize(output_step);
  }
  for (bool more = true; more || !bytes.empty();) {
    if (Result<void> done = step(file, bytes, flush, more); !done) return done;
  }
  return flush == CodecFlush::none ? Result<void>() : write_out(file);
}

Result<void> FileEncoder::step(const OpenFile& file,
                               ByteView& bytes,
                               CodecFlush flush,
                               bool& more) {
  if (filled_ == room_.size()) {
    if (Result<void> written = write_out(file); !written) return written;
  }
  Result<CodecStep> done = compressor_->step(bytes, std::span(room_).subspan(filled_), flush);
  if (!done) return failed(std::move(done).error(), file);
  bytes.remove_prefix(done->consumed);
  filled_ += done->produced;
  more = done->more;
  return {};
}

Result<void> FileEncoder::write_out(const OpenFile& file) {
  const std::size_t count = std::exchange(filled_, 0);
  if (Result<void> written = file.write(ByteView(room_).substr(0, count), offset_); !written) {
    return written;
  }
  offset_ += count;
  return {};
}

}  // namespace eddy::detail
