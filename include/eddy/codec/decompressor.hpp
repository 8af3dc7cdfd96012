// SPDX-License-Identifier: MIT
//
// Gives back what a Compressor, or gzip, bzip2, xz and zstd themselves, made fewer.
//
// Made for data of strangers: what is cut off, damaged, or a bomb is refused.
// A FileReader has one if its options say so, io/compressed_pieces.hpp is for octets that come from
// elsewhere.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/codec/compression.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>

namespace eddy {

namespace detail {
class DecompressorBackend;
}

struct DecompressOptions {
  /// So many octets may come of each compressed one, once there are more than `free_bytes`. Text
  /// gives 5 to 20; gzip can make 1,000, the others millions.
  std::uint64_t max_ratio = 100;
  /// So many octets are given whatever the ratio: a short file of zeros is no attack.
  std::uint64_t free_bytes = 1024 * 1024;
  /// More than so many octets are refused.
  std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max();
  /// So much memory the library may take: what xz and zstd need is said by the data. `xz -9` needs
  /// 65 MiB, `zstd --ultra -22` 128 MiB.
  std::uint64_t max_memory = std::uint64_t{128} * 1024 * 1024;
};

/// A decompressor. Several pieces of compressed data, one after the other, are read as one, as the
/// programs do (`cat a.gz b.gz`); zeros behind the last are ignored.
///
/// Thread: one at a time. Large pieces belong on a thread of a pool.
class EDDY_EXPORT Decompressor {
 public:
  /// Errors: std::errc::not_supported if this build has no such library;
  /// std::errc::not_enough_memory.
  [[nodiscard]] static Result<Decompressor> make(Compression format,
                                                 DecompressOptions options = {});
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();

  /// Takes of `input` what it can and writes into `room`, which must not be empty.
  ///
  /// To be repeated with the rest of `input` until all of it is consumed and `more` is false.
  /// Errors: Errc::protocol for data that is damaged or no such data; Errc::too_large for a limit
  /// of the options; std::errc::not_enough_memory. They stay.
  [[nodiscard]] Result<CodecStep> step(ByteView input, std::span<char> room);
  /// The input is over. To be asked before the result is believed.
  /// Errors: Errc::protocol if it was cut off, or there was none; an earlier error.
  [[nodiscard]] Result<void> finish();
  Compression format() const noexcept { return format_; }

 private:
  Decompressor(Compression format,
               DecompressOptions options,
               std::unique_ptr<detail::DecompressorBackend> backend) noexcept;

  Result<CodecStep> checked(CodecStep step);
  Error fail(Error error);

  Compression format_;
  DecompressOptions options_;
  std::unique_ptr<detail::DecompressorBackend> backend_;
  std::uint64_t in_ = 0;
  std::uint64_t out_ = 0;
  std::optional<Error> error_;
};

}  // namespace eddy
