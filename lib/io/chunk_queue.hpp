// SPDX-License-Identifier: MIT
//
// What was read and not yet taken, in the pieces in which it came.
//
// Private to io. Nothing is moved when octets are taken, and memory that is empty is used again.
#pragma once

#include <eddy/base/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <new>
#include <vector>

namespace eddy::detail {

/// Memory that begins with a cache line: the kernel copies a sixth faster to there.
struct AlignedDelete {
  static constexpr std::align_val_t line{64};
  void operator()(char* memory) const noexcept { ::operator delete[](memory, line); }
};
using AlignedMemory = std::unique_ptr<char[], AlignedDelete>;

/// Memory of `capacity` octets, of which those from `begin` to `end` are of use.
struct Chunk {
  AlignedMemory memory;
  std::size_t capacity = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t at = 0;  // where in the file the memory begins

  /// Not zeroed, so that no page is touched twice.
  static Chunk of(std::size_t capacity);
  static Chunk copy_of(ByteView bytes);
  ByteView view() const noexcept { return {memory.get() + begin, end - begin}; }
  std::uint64_t position() const noexcept { return at + begin; }
};

class ChunkQueue {
 public:
  void push_back(Chunk chunk);
  /// Gives octets back that were taken; they stand at `at` in the file.
  void put_back(ByteView bytes, std::uint64_t at);
  /// Where in the file front() stands, if there is any.
  std::uint64_t position() const noexcept;
  /// The first octets, as many as stand together.
  ByteView front() const noexcept;
  /// Drops octets of front().
  void consume(std::size_t count) noexcept;
  void clear() noexcept;

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  std::size_t chunks() const noexcept { return chunks_.size(); }
  /// Memory of that capacity, used before if there is any.
  Chunk blank(std::size_t capacity);

 private:
  static constexpr std::size_t keep = 3;  // what a reader that reads two ahead has in use

  void recycle(Chunk&& chunk) noexcept;

  std::deque<Chunk> chunks_;  // none of them empty, in the order of the file
  std::vector<Chunk> spare_;
  std::size_t size_ = 0;
};

}  // namespace eddy::detail
