// SPDX-License-Identifier: MIT
//
// The ways of compression that eddy knows, and which of them this build can do.
//
// Each is an optional library: zlib, bzip2, liblzma, zstd. See codec/compressor.hpp and
// codec/decompressor.hpp for the work itself.
#pragma once

#include <eddy/base/bytes.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace eddy {

/// A format of compressed octets, as the program of that name writes it.
enum class Compression {
  gzip,   ///< RFC 1952
  bzip2,  ///< fewer octets than gzip, slow
  xz,     ///< fewest octets, slowest to write
  zstd,   ///< RFC 8878: as few octets as gzip, many times as fast
};

/// What one step of a Compressor or Decompressor did.
struct CodecStep {
  std::size_t consumed = 0;  ///< octets of the input; the rest is to be offered again
  std::size_t produced = 0;  ///< octets in the room
  bool more = false;         ///< there is output that found no room: step again, with room
};

/// "gzip", "bzip2", "xz", "zstd".
[[nodiscard]] EDDY_EXPORT std::string_view to_string(Compression format) noexcept;
/// Whether this build of eddy has the library for `format`.
[[nodiscard]] EDDY_EXPORT bool available(Compression format) noexcept;
/// The format that `first` octets announce, of which six are enough; nothing if it is none of
/// these.
[[nodiscard]] EDDY_EXPORT std::optional<Compression> compression_of(ByteView first) noexcept;
/// The format that the end of a file's name stands for: ".gz", ".bz2", ".xz", ".zst".
[[nodiscard]] EDDY_EXPORT std::optional<Compression> compression_of_name(
    std::string_view name) noexcept;

}  // namespace eddy
