// SPDX-License-Identifier: MIT
//
// Compresses what is written to a file.
//
// Private to io. Used by the jobs of one writer, which run one after the other in threads.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/codec/compressor.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "io/open_file.hpp"

namespace eddy::detail {

/// Thread: one at a time.
class FileEncoder {
 public:
  /// The compressed data will stand at `offset`.
  FileEncoder(Compression format, CompressOptions options, std::uint64_t offset) noexcept
      : format_(format), options_(options), offset_(offset) {}

  /// Not to be used again after an error, nor after CodecFlush::finish.
  ///
  /// Errors: those of Compressor, with the file's name, and of OpenFile::write().
  Result<void> write(const OpenFile& file, ByteView bytes, CodecFlush flush);

 private:
  Result<void> step(const OpenFile& file, ByteView& bytes, CodecFlush flush, bool& more);
  Result<void> write_out(const OpenFile& file);

  const Compression format_;
  const CompressOptions options_;
  std::optional<Compressor> compressor_;
  std::uint64_t offset_;
  std::string room_;
  std::size_t filled_ = 0;  // of the room: compressed, and not yet written
};

}  // namespace eddy::detail
