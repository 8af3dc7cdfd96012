// SPDX-License-Identifier: MIT
//
// Makes octets fewer, piece by piece: no file, no stream, no loop.
//
// A FileWriter has one if its options say so, io/compressed_pieces.hpp is for octets that come from
// elsewhere. The other direction is codec/decompressor.hpp.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/codec/compression.hpp>

#include <memory>
#include <optional>
#include <span>

namespace eddy {

namespace detail {
class CompressorBackend;
}

struct CompressOptions {
  /// Of the library's own scale: gzip 1 to 9, bzip2 1 to 9, xz 0 to 9, zstd 1 to 19. Without one,
  /// gzip 6, bzip2 9, xz 6, zstd 3.
  std::optional<int> level{};
};

/// What a step is to leave inside.
enum class CodecFlush {
  none,    ///< whatever makes the result smallest
  all,     ///< nothing: the reader can have all that was written; costs some octets
  finish,  ///< nothing, and the end of the data
};

/// A compressor; one makes one piece of data, and cannot be used after its finish.
///
/// Thread: one at a time. Large pieces belong on a thread of a pool: gzip takes about 30 MB a
/// second.
class EDDY_EXPORT Compressor {
 public:
  /// Errors: Errc::invalid for a level that there is not; std::errc::not_supported if this build
  /// has no such library; std::errc::not_enough_memory.
  [[nodiscard]] static Result<Compressor> make(Compression format, CompressOptions options = {});
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;
  ~Compressor();

  /// Takes of `input` what it can and writes into `room`, which must not be empty.
  ///
  /// To be repeated with the rest of `input` until all of it is consumed and `more` is false; the
  /// flush stays the same meanwhile.
  /// Errors: Errc::invalid for input after a finish; std::errc::not_enough_memory.
  [[nodiscard]] Result<CodecStep> step(ByteView input,
                                       std::span<char> room,
                                       CodecFlush flush = CodecFlush::none);
  Compression format() const noexcept { return format_; }

 private:
  Compressor(Compression format, std::unique_ptr<detail::CompressorBackend> backend) noexcept;

  Compression format_;
  std::unique_ptr<detail::CompressorBackend> backend_;
};

}  // namespace eddy
