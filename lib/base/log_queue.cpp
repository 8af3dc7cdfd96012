// SPDX-License-Identifier: MIT
#include "log_queue.hpp"

#include <algorithm>
#include <cstring>

namespace eddy::log::detail {

LineQueue::LineQueue(std::size_t slots, Overflow overflow)
    : slot_count_(std::clamp<std::size_t>(slots, 1, none)),
      overflow_(overflow),
      slots_(new Slot[slot_count_]) {
  static_assert(sizeof(Slot) == slot_size);
}

std::size_t LineQueue::push(Level level, std::string_view line) noexcept {
  std::size_t needed = (line.size() + sizeof Slot::text - 1) / sizeof Slot::text;
  if (needed > slot_count_) return 1;
  std::size_t lost = 0;
  for (; free_slots() < needed; ++lost) {
    if (!evict_for(level)) return lost + 1;
  }
  std::uint32_t record = store(line);
  Queue& queue = queues_[static_cast<std::size_t>(level)];
  if (queue.head == none) {
    queue.head = record;
  } else {
    slots_[queue.tail].next_record = record;
  }
  queue.tail = record;
  ++size_;
  return lost;
}

std::size_t LineQueue::pop(char* to, std::size_t space) noexcept {
  std::size_t moved = 0;
  while (Queue* queue = oldest()) {
    std::size_t octets = slots_[queue->head].octets;
    if (octets > space - moved) break;
    copy(queue->head, to + moved);
    moved += octets;
    remove_head(*queue);
  }
  return moved;
}

std::uint32_t LineQueue::take_slot() noexcept {
  ++used_;
  if (free_ == none) return static_cast<std::uint32_t>(fresh_++);
  std::uint32_t slot = free_;
  free_ = slots_[slot].next_slot;
  return slot;
}

std::uint32_t LineQueue::store(std::string_view line) noexcept {
  std::uint32_t first = take_slot();
  slots_[first].sequence = next_sequence_++;
  slots_[first].next_record = none;
  slots_[first].octets = static_cast<std::uint32_t>(line.size());
  for (std::uint32_t at = first;;) {
    std::size_t part = std::min(line.size(), sizeof Slot::text);
    std::memcpy(slots_[at].text, line.data(), part);
    line.remove_prefix(part);
    slots_[at].next_slot = line.empty() ? none : take_slot();
    if (line.empty()) return first;
    at = slots_[at].next_slot;
  }
}

void LineQueue::copy(std::uint32_t first, char* to) const noexcept {
  std::size_t left = slots_[first].octets;
  for (std::uint32_t at = first; left > 0; at = slots_[at].next_slot) {
    std::size_t part = std::min(left, sizeof Slot::text);
    std::memcpy(to, slots_[at].text, part);
    to += part;
    left -= part;
  }
}

void LineQueue::remove_head(Queue& queue) noexcept {
  std::uint32_t at = queue.head;
  queue.head = slots_[at].next_record;
  if (queue.head == none) queue.tail = none;
  --size_;
  while (at != none) {
    std::uint32_t next = slots_[at].next_slot;
    slots_[at].next_slot = free_;
    free_ = at;
    --used_;
    at = next;
  }
}

bool LineQueue::evict_for(Level level) noexcept {
  Queue* victim = victim_for(level);
  if (victim == nullptr) return false;
  remove_head(*victim);
  return true;
}

LineQueue::Queue* LineQueue::oldest() noexcept {
  Queue* found = nullptr;
  for (Queue& queue : queues_) {
    if (queue.head == none) continue;
    if (found == nullptr || slots_[queue.head].sequence < slots_[found->head].sequence) {
      found = &queue;
    }
  }
  return found;
}

LineQueue::Queue* LineQueue::victim_for(Level level) noexcept {
  switch (overflow_) {
    case Overflow::drop_newest:
      return nullptr;
    case Overflow::drop_oldest:
      return oldest();
    case Overflow::least_important:
      std::size_t below = std::max<std::size_t>(static_cast<std::size_t>(level), 1);
      for (std::size_t i = 0; i < below; ++i) {
        if (queues_[i].head != none) return &queues_[i];
      }
      return nullptr;
  }
  return nullptr;
}

}  // namespace eddy::log::detail
