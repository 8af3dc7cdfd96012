// SPDX-License-Identifier: MIT
#include "io/chunk_queue.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace eddy::detail {

Chunk Chunk::of(std::size_t capacity) {
  Chunk chunk;
  chunk.memory.reset(new (AlignedDelete::line) char[capacity]);
  chunk.capacity = capacity;
  return chunk;
}

Chunk Chunk::copy_of(ByteView bytes) {
  Chunk chunk = of(bytes.size());
  std::memcpy(chunk.memory.get(), bytes.data(), bytes.size());
  chunk.end = bytes.size();
  return chunk;
}

void ChunkQueue::push_back(Chunk chunk) {
  const std::size_t more = chunk.end - chunk.begin;
  if (more == 0) return recycle(std::move(chunk));
  chunks_.push_back(std::move(chunk));
  size_ += more;
}

void ChunkQueue::put_back(ByteView bytes, std::uint64_t at) {
  if (bytes.empty()) return;
  Chunk chunk = Chunk::copy_of(bytes);
  chunk.at = at;
  const auto is_before = [](std::uint64_t mine, const Chunk& other) {
    return mine < other.position();
  };
  const auto behind = std::upper_bound(chunks_.begin(), chunks_.end(), at, is_before);
  chunks_.insert(behind, std::move(chunk));
  size_ += bytes.size();
}

std::uint64_t ChunkQueue::position() const noexcept {
  return chunks_.empty() ? 0 : chunks_.front().position();
}

ByteView ChunkQueue::front() const noexcept {
  return chunks_.empty() ? ByteView() : chunks_.front().view();
}

void ChunkQueue::consume(std::size_t count) noexcept {
  if (count == 0) return;
  Chunk& first = chunks_.front();
  first.begin += count;
  size_ -= count;
  if (first.begin < first.end) return;
  Chunk used = std::move(first);
  chunks_.pop_front();
  recycle(std::move(used));
}

void ChunkQueue::clear() noexcept {
  chunks_.clear();
  size_ = 0;
}

Chunk ChunkQueue::blank(std::size_t capacity) {
  if (spare_.empty() || spare_.back().capacity != capacity) return Chunk::of(capacity);
  Chunk chunk = std::move(spare_.back());
  spare_.pop_back();
  return chunk;
}

void ChunkQueue::recycle(Chunk&& chunk) noexcept {
  if (spare_.size() == keep) return;
  if (!spare_.empty() && spare_.back().capacity != chunk.capacity) {
    if (chunk.capacity < spare_.back().capacity) return;
    spare_.clear();
  }
  chunk.begin = chunk.end = 0;
  spare_.push_back(std::move(chunk));
}

}  // namespace eddy::detail
