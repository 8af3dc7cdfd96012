// SPDX-License-Identifier: MIT
//
// The bounded memory between those who log and the thread that writes.
//
// Lines lie in slots of fixed size, several for a long one. There is one queue for each level, so
// that making room by importance costs no search. Whoever uses it holds the log's lock.
#pragma once

#include <eddy/base/log_writer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace eddy::log::detail {

/// Lines that wait, oldest first within the bound.
class LineQueue {
 public:
  static constexpr std::size_t slot_size = 512;

  LineQueue(std::size_t slots, Overflow overflow);

  /// Adds a line, making room as the policy says; returns the number of lines lost by that, which
  /// may include this one.
  std::size_t push(Level level, std::string_view line) noexcept;
  /// Moves the oldest lines that fit into `space` octets to `to`; returns the octets moved.
  std::size_t pop(char* to, std::size_t space) noexcept;
  std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  static constexpr std::size_t levels = 5;

  struct Slot {
    std::uint64_t sequence;     // order of arrival; valid in the first slot of a line, as all but
    std::uint32_t next_record;  // next_slot and text are
    std::uint32_t octets;
    std::uint32_t next_slot;
    char text[slot_size - 3 * sizeof(std::uint32_t) - sizeof(std::uint64_t)];
  };
  struct Queue {
    std::uint32_t head = none;
    std::uint32_t tail = none;
  };

  std::size_t free_slots() const noexcept { return slot_count_ - used_; }
  std::uint32_t take_slot() noexcept;
  std::uint32_t store(std::string_view line) noexcept;
  void copy(std::uint32_t first, char* to) const noexcept;
  void remove_head(Queue& queue) noexcept;
  bool evict_for(Level level) noexcept;
  Queue* oldest() noexcept;
  Queue* victim_for(Level level) noexcept;

  std::size_t slot_count_;
  Overflow overflow_;
  std::unique_ptr<Slot[]> slots_;
  std::size_t fresh_ = 0;  // slots from here on were never used; untouched memory costs nothing
  std::uint32_t free_ = none;
  std::size_t used_ = 0;
  std::size_t size_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::array<Queue, levels> queues_;
};

}  // namespace eddy::log::detail
