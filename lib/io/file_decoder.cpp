// SPDX-License-Identifier: MIT
#include "io/file_decoder.hpp"

#include <array>
#include <span>
#include <utility>

namespace eddy::detail {
namespace {

/// How much of a file is read at a time: of most formats that gives some hundred KiB.
constexpr std::size_t input_step = 64 << 10;
/// The longest announcement of a format, that of xz.
constexpr std::size_t longest_magic = 6;

}  // namespace

FilePiece FileDecoder::next(const OpenFile& file, Chunk&& chunk, std::size_t size) {
  if (chunk.memory == nullptr) chunk = Chunk::of(size);
  FilePiece piece{std::move(chunk)};
  if (Result<void> filled = fill(file, piece.chunk, size); !filled) {
    piece.error = std::move(filled).error();
  }
  return piece;
}

Result<void> FileDecoder::fill(const OpenFile& file, Chunk& chunk, std::size_t size) {
  if (!format_ && !plain_) {
    if (Result<void> known = detect(file); !known) return known;
  }
  if (format_) return fill_decompressed(file, chunk, size);
  return plain_ ? fill_plain(file, chunk, size) : Result<void>();
}

/// Leaves it open as long as the file is empty: it may be written just now.
Result<void> FileDecoder::detect(const OpenFile& file) {
  std::array<char, longest_magic> first{};
  const Result<std::size_t> got = file.read(first.data(), first.size(), 0);
  if (!got) return got.error();
  format_ = compression_of(ByteView(first.data(), *got));
  plain_ = !format_ && *got > 0;
  return {};
}

Result<void> FileDecoder::fill_plain(const OpenFile& file, Chunk& chunk, std::size_t size) {
  const Result<std::size_t> got = file.read(chunk.memory.get(), size, offset_);
  if (!got) return got.error();
  chunk.end = *got;
  offset_ += *got;
  return {};
}

Result<void> FileDecoder::fill_decompressed(const OpenFile& file, Chunk& chunk, std::size_t size) {
  const auto failed = [&file](Error why) {
    return std::move(why).with("decompress " + file.path());
  };
  if (!decompressor_) {
    Result<Decompressor> made = Decompressor::make(*format_, limits_);
    if (!made) return failed(std::move(made).error());
    decompressor_.emplace(*std::move(made));
  }
  while (chunk.end < size) {
    if (input_.empty() && !more_) {
      if (stopped_.load(std::memory_order_relaxed)) return Error(Errc::canceled);
      if (Result<void> read = read_input(file); !read) return read;
    }
    if (input_.empty() && !more_) {
      Result<void> whole = decompressor_->finish();
      return whole ? whole : failed(std::move(whole).error());
    }
    const std::span<char> room(chunk.memory.get() + chunk.end, size - chunk.end);
    Result<CodecStep> step = decompressor_->step(input_, room);
    if (!step) return failed(std::move(step).error());
    input_.remove_prefix(step->consumed);
    chunk.end += step->produced;
    more_ = step->more;
  }
  return {};
}

/// At the end of the file it finds nothing.
Result<void> FileDecoder::read_input(const OpenFile& file) {
  memory_.resize(input_step);
  const Result<std::size_t> got = file.read(memory_.data(), memory_.size(), offset_);
  if (!got) return got.error();
  input_ = ByteView(memory_).substr(0, *got);
  offset_ += *got;
  return {};
}

}  // namespace eddy::detail
