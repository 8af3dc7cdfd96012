// SPDX-License-Identifier: MIT
//
// What each library of compression is made to look like. Private to codec.
#pragma once

#include <eddy/codec/compressor.hpp>
#include <eddy/codec/decompressor.hpp>

#include <memory>
#include <span>

namespace eddy::detail {

class CompressorBackend {
 public:
  virtual ~CompressorBackend() = default;
  virtual Result<CodecStep> step(ByteView input, std::span<char> room, CodecFlush flush) = 0;
};

class DecompressorBackend {
 public:
  virtual ~DecompressorBackend() = default;
  virtual Result<CodecStep> step(ByteView input, std::span<char> room) = 0;
  /// Whether the input may end here.
  virtual bool complete() const noexcept = 0;
};

/// A library, or the place of one that this build has not.
struct CompressionLibrary {
  std::string_view package;  ///< what to install
  std::string_view option;   ///< the option of the build
  int min_level;
  int max_level;
  int usual_level;
  /// Null if the library is not there. They give null if there is no memory.
  std::unique_ptr<CompressorBackend> (*compressor)(int level);
  std::unique_ptr<DecompressorBackend> (*decompressor)(const DecompressOptions& options);
};

CompressionLibrary gzip_library() noexcept;
CompressionLibrary bzip2_library() noexcept;
CompressionLibrary xz_library() noexcept;
CompressionLibrary zstd_library() noexcept;

/// The libraries count in 32 bits: a step takes so much at most.
inline constexpr std::size_t max_step = std::size_t{1} << 30;

inline Error no_memory() {
  return Error(std::make_error_code(std::errc::not_enough_memory));
}

}  // namespace eddy::detail
