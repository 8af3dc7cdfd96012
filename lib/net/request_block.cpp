// SPDX-License-Identifier: MIT
#include "request_block.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace eddy::http::detail {

namespace {

// The octets behind a block are aligned as malloc does it.
constexpr std::size_t alignment = alignof(std::max_align_t);
constexpr std::size_t head_at = (sizeof(RequestBlock) + alignment - 1) / alignment * alignment;

// A declared length is only a promise: memory is taken as the octets come, at first this much.
constexpr std::uint64_t first_room = 64 * 1024;

char* behind(void* block, std::size_t offset) noexcept {
  return static_cast<char*>(block) + offset;
}

}  // namespace

RequestBlock* RequestBlock::make(BlockPool& pool, const Parts& parts) {
  const std::size_t size = head_at + copy_size(parts.head, parts.octets) + parts.body.size();
  return ::new (pool.allocate(size)) RequestBlock(pool, size, parts);
}

RequestBlock::RequestBlock(BlockPool& pool, std::size_t size, const Parts& parts)
    : pool_(pool),
      size_(size),
      head_(copy_head(parts.head, parts.octets, behind(this, head_at))),
      match_(parts.match),
      peer_(parts.peer) {
  data_ = {&head_, &match_, &peer_, {}, {}};
  if (parts.body.empty()) return;
  char* body = behind(this, size_ - parts.body.size());
  std::memcpy(body, parts.body.data(), parts.body.size());
  data_.body = ByteView(body, parts.body.size());
}

void RequestBlock::append_body(ByteView octets) {
  if (collected_.empty() && head_.framing == Framing::length) {
    collected_.reserve(static_cast<std::size_t>(std::min(head_.content_length, first_room)));
  }
  collected_.append(octets);
  data_.body = collected_;
}

void RequestBlock::set_trailers(const Fields& trailers) {
  trailers_ = OwnedFields(trailers);
  data_.trailers = trailers_.view();
}

void release_block(RequestBlock* block) noexcept {
  BlockPool& pool = block->pool_;
  const std::size_t size = block->size_;
  block->~RequestBlock();
  pool.deallocate(block, size);
}

}  // namespace eddy::http::detail
