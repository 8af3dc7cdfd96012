// SPDX-License-Identifier: MIT
#include "block_pool.hpp"

#include <new>

namespace eddy::http::detail {

BlockPool::~BlockPool() {
  for (Idle* list : idle_) {
    while (list != nullptr) {
      Idle* next = list->next;
      ::operator delete(list);
      list = next;
    }
  }
}

std::size_t BlockPool::class_of(std::size_t size) noexcept {
  std::size_t index = 0;
  while (index < classes && sizes[index] < size)
    ++index;
  return index;
}

void* BlockPool::allocate(std::size_t size) {
  const std::size_t index = class_of(size);
  if (index < classes && idle_[index] != nullptr) {
    Idle* block = idle_[index];
    idle_[index] = block->next;
    --counts_[index];
    ++live_;
    return block;
  }
  void* block = ::operator new(index < classes && recycling_ ? sizes[index] : size);
  ++live_;
  return block;
}

void BlockPool::deallocate(void* block, std::size_t size) noexcept {
  const std::size_t index = class_of(size);
  if (recycling_ && index < classes && counts_[index] < keep) {
    idle_[index] = ::new (block) Idle{idle_[index]};
    ++counts_[index];
  } else {
    ::operator delete(block);
  }
  abandon();
}

void BlockPool::abandon() noexcept {
  if (--live_ == 0) delete this;
}

}  // namespace eddy::http::detail
