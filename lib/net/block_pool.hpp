// SPDX-License-Identifier: MIT
//
// Recycled memory of a server: what a request needs on the heap, the next one uses again.
//
// Private to net.
#pragma once

#include <cstddef>
#include <cstdint>

namespace eddy::http::detail {

/// Blocks of a few sizes; larger ones come from the heap.
///
/// Lives until its owner and the last block are gone, for a handler may keep its Request.
/// Thread: loop.
class BlockPool {
 public:
  /// @param recycling  false under sanitizers, which would be blind otherwise.
  static BlockPool* make(bool recycling) { return new BlockPool(recycling); }
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  void* allocate(std::size_t size);
  /// `size` is what allocate() was asked for.
  void deallocate(void* block, std::size_t size) noexcept;
  /// The owner lets go.
  void abandon() noexcept;

 private:
  struct Idle {
    Idle* next;
  };

  static constexpr std::size_t classes = 2;
  static constexpr std::size_t sizes[classes] = {1024, 4096};  // an exchange; a usual request
  static constexpr std::uint32_t keep = 256;                   // idle blocks of one size

  explicit BlockPool(bool recycling) noexcept : recycling_(recycling) {}
  ~BlockPool();
  static std::size_t class_of(std::size_t size) noexcept;

  Idle* idle_[classes] = {};
  std::uint32_t counts_[classes] = {};
  std::size_t live_ = 1;  // blocks that are lent, and the owner
  bool recycling_;
};

}  // namespace eddy::http::detail
