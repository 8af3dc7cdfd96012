// SPDX-License-Identifier: MIT
#include <eddy/codec/compression.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "codec/compression_backend.hpp"

namespace eddy {
namespace {

struct Format {
  Compression format;
  std::string_view name;
  std::string_view magic;  // what the data begins with
  std::string_view suffix;
};

/// A text may begin with "BZh". Data has a level behind it, and then a block or the end.
bool goes_on_as_bzip2(ByteView first) noexcept {
  if (first.size() < 6 || first[3] < '1' || first[3] > '9') return false;
  const ByteView part = first.substr(4, 2);
  return part == "1A" || part == "\x17\x72";
}

constexpr std::array formats{
    Format{Compression::gzip, "gzip", "\x1f\x8b\x08", ".gz"},
    Format{Compression::bzip2, "bzip2", "BZh", ".bz2"},
    Format{Compression::xz, "xz", std::string_view("\xfd\x37zXZ\0", 6), ".xz"},
    Format{Compression::zstd, "zstd", "\x28\xb5\x2f\xfd", ".zst"},
};

detail::CompressionLibrary library_of(Compression format) noexcept {
  switch (format) {
    case Compression::gzip:
      return detail::gzip_library();
    case Compression::bzip2:
      return detail::bzip2_library();
    case Compression::xz:
      return detail::xz_library();
    case Compression::zstd:
      return detail::zstd_library();
  }
  return {};
}

Error not_built(Compression format, const detail::CompressionLibrary& library) {
  std::string why(to_string(format));
  why += ": this build of eddy is without it (install ";
  why += library.package;
  why += " and configure with -D";
  why += library.option;
  why += "=enabled)";
  return Error(std::errc::not_supported, why);
}

Error no_such_level(Compression format, const detail::CompressionLibrary& library, int level) {
  return Error(Errc::invalid,
               std::string(to_string(format)) + ": level " + std::to_string(level) +
                   ", there are " + std::to_string(library.min_level) + " to " +
                   std::to_string(library.max_level));
}

}  // namespace

std::string_view to_string(Compression format) noexcept {
  for (const Format& one : formats) {
    if (one.format == format) return one.name;
  }
  return "unknown";
}

bool available(Compression format) noexcept {
  return library_of(format).compressor != nullptr;
}

std::optional<Compression> compression_of(ByteView first) noexcept {
  for (const Format& one : formats) {
    if (!first.starts_with(one.magic)) continue;
    if (one.format == Compression::bzip2 && !goes_on_as_bzip2(first)) continue;
    return one.format;
  }
  return std::nullopt;
}

std::optional<Compression> compression_of_name(std::string_view name) noexcept {
  for (const Format& one : formats) {
    if (name.ends_with(one.suffix)) return one.format;
  }
  return std::nullopt;
}

// Compressor.

Compressor::Compressor(Compression format,
                       std::unique_ptr<detail::CompressorBackend> backend) noexcept
    : format_(format), backend_(std::move(backend)) {}
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

Result<Compressor> Compressor::make(Compression format, CompressOptions options) {
  const detail::CompressionLibrary library = library_of(format);
  if (library.compressor == nullptr) return not_built(format, library);
  const int level = options.level.value_or(library.usual_level);
  if (level < library.min_level || level > library.max_level) {
    return no_such_level(format, library, level);
  }
  auto backend = library.compressor(level);
  if (backend == nullptr) return detail::no_memory().with(to_string(format));
  return Compressor(format, std::move(backend));
}

Result<CodecStep> Compressor::step(ByteView input, std::span<char> room, CodecFlush flush) {
  EDDY_ASSERT(backend_ != nullptr, "a Compressor that was moved away is not used");
  EDDY_ASSERT(!room.empty(), "a Compressor needs room to write into");
  // The last piece of a large input alone may end it.
  const ByteView piece = input.substr(0, detail::max_step);
  if (piece.size() < input.size()) flush = CodecFlush::none;
  Result<CodecStep> done =
      backend_->step(piece, room.first(std::min(room.size(), detail::max_step)), flush);
  if (!done) return std::move(done).error().with(to_string(format_));
  return done;
}

// Decompressor.

Decompressor::Decompressor(Compression format,
                           DecompressOptions options,
                           std::unique_ptr<detail::DecompressorBackend> backend) noexcept
    : format_(format), options_(options), backend_(std::move(backend)) {}
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

Result<Decompressor> Decompressor::make(Compression format, DecompressOptions options) {
  const detail::CompressionLibrary library = library_of(format);
  if (library.decompressor == nullptr) return not_built(format, library);
  auto backend = library.decompressor(options);
  if (backend == nullptr) return detail::no_memory().with(to_string(format));
  return Decompressor(format, options, std::move(backend));
}

Error Decompressor::fail(Error error) {
  error_ = std::move(error).with(to_string(format_));
  return *error_;
}

Result<CodecStep> Decompressor::step(ByteView input, std::span<char> room) {
  EDDY_ASSERT(backend_ != nullptr, "a Decompressor that was moved away is not used");
  EDDY_ASSERT(!room.empty(), "a Decompressor needs room to write into");
  if (error_) return *error_;
  Result<CodecStep> done = backend_->step(input.substr(0, detail::max_step),
                                          room.first(std::min(room.size(), detail::max_step)));
  if (!done) return fail(std::move(done).error());
  return checked(*done);
}

Result<CodecStep> Decompressor::checked(CodecStep step) {
  in_ += step.consumed;
  out_ += step.produced;
  if (out_ > options_.max_bytes) {
    return fail(Error(Errc::too_large,
                      "more than " + std::to_string(options_.max_bytes) +
                          " octets (DecompressOptions::max_bytes)"));
  }
  const bool too_many = options_.max_ratio == 0 || out_ / options_.max_ratio > in_;
  if (out_ > options_.free_bytes && too_many) {
    return fail(Error(Errc::too_large,
                      "more than " + std::to_string(options_.max_ratio) +
                          " octets for a compressed one (DecompressOptions::max_ratio)"));
  }
  return step;
}

Result<void> Decompressor::finish() {
  EDDY_ASSERT(backend_ != nullptr, "a Decompressor that was moved away is not used");
  if (error_) return *error_;
  if (backend_->complete()) return {};
  return fail(Error(Errc::protocol, in_ == 0 ? "there is no data" : "the data is cut off"));
}

}  // namespace eddy
