// SPDX-License-Identifier: MIT
//
// Gives the octets that a compressed file was made of, chunk after chunk, as if they stood in the
// file themselves.
//
// Private to io. Used by the jobs of one FileReader, which run one after the other in threads.
#pragma once

#include <eddy/codec/decompressor.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "io/chunk_queue.hpp"
#include "io/open_file.hpp"

namespace eddy::detail {

/// What a job has read, and what it came to behind it.
struct FilePiece {
  Chunk chunk;
  std::optional<Error> error = {};
};

/// Thread: one at a time, but for stop().
class FileDecoder {
 public:
  /// Without `format` the first octets say it, or that the file is to be taken as it is.
  FileDecoder(std::optional<Compression> format, const DecompressOptions& limits) noexcept
      : format_(format), limits_(limits) {}

  /// Fills `chunk` with `size` octets, or with fewer where the data ends, or an error comes; after
  /// one of the kernel it can go on.
  FilePiece next(const OpenFile& file, Chunk&& chunk, std::size_t size);
  /// Nobody wants what next() finds: it may stop in between. Thread: any.
  void stop() noexcept { stopped_.store(true, std::memory_order_relaxed); }

 private:
  Result<void> fill(const OpenFile& file, Chunk& chunk, std::size_t size);
  Result<void> fill_plain(const OpenFile& file, Chunk& chunk, std::size_t size);
  Result<void> fill_decompressed(const OpenFile& file, Chunk& chunk, std::size_t size);
  Result<void> detect(const OpenFile& file);
  Result<void> read_input(const OpenFile& file);

  std::optional<Compression> format_;
  const DecompressOptions limits_;
  std::optional<Decompressor> decompressor_;
  bool plain_ = false;
  bool more_ = false;         // the decompressor has output that found no room
  std::uint64_t offset_ = 0;  // in the file
  std::string memory_;
  ByteView input_;  // the part of it that the decompressor has not taken
  std::atomic<bool> stopped_ = false;
};

}  // namespace eddy::detail
