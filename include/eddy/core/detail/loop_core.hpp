// SPDX-License-Identifier: MIT
//
// What the templates of a loop's futures see of it: the ready queue, the block pool, the running
// task.
//
// Not for users. Lives on its own, so that blocks may outlive the loop: the last of them frees it.
#pragma once

#include <eddy/base/error.hpp>
#include <eddy/base/site.hpp>
#include <eddy/core/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

namespace eddy {

/// What a loop counts; plain values, read on the loop's thread.
struct LoopStatistic {
  std::uint64_t callbacks = 0;       ///< of the kernel's events, timers and other threads
  std::uint64_t turns = 0;           ///< passes over the kernel's events
  std::uint64_t continuations = 0;   ///< run from the ready queue
  std::uint64_t unread_errors = 0;   ///< abandoned failures that nobody read
  std::uint64_t slow_callbacks = 0;  ///< longer than the limit of the debug mode
  std::uint64_t timers_fired = 0;    ///< timers that came due
  std::uint64_t posted = 0;          ///< functions that came through a Poster
  std::size_t active_timers = 0;     ///< armed and not yet due
  std::size_t live_nodes = 0;        ///< futures and continuations that exist, when last asked
  std::size_t open_handles = 0;      ///< sockets, signals and the like that are not closed
};

namespace detail {

/// Size classes of the block pool: 32 octets apart, larger blocks come from the heap.
inline constexpr std::size_t pool_step = 32;
inline constexpr std::size_t pool_classes = 10;
/// How many idle blocks of one class the pool keeps; what is above goes back to the heap.
inline constexpr std::uint32_t pool_keep = 16 * 1024;

struct FreeBlock {
  FreeBlock* next;
};

/// The part of a Loop that inline code needs.
struct LoopCore {
  Node* ready_head = nullptr;
  Node* ready_tail = nullptr;
  TaskRecord* current_task = nullptr;
  FreeBlock* free_blocks[pool_classes] = {};
  std::uint32_t free_counts[pool_classes] = {};
  std::size_t live_blocks = 0;
  std::size_t ready_count = 0;
  LoopImpl* loop = nullptr;  // null once the loop is gone
  Node* doomed = nullptr;    // chains whose drop was put off, see drop()
  unsigned drop_depth = 0;
  bool debug = false;   // checks threads, measures callbacks
  bool pooling = true;  // false under sanitizers and valgrind, which would be blind otherwise
  LoopStatistic statistic;

  void* allocate(std::size_t size) {
    ++live_blocks;
    const std::size_t index = (size - 1) / pool_step;
    if (index < pool_classes) {
      if (FreeBlock* block = free_blocks[index]) [[likely]] {
        free_blocks[index] = block->next;
        --free_counts[index];
        return block;
      }
    }
    return allocate_slow(size);
  }
  void deallocate(void* block, std::size_t size) noexcept {
    const std::size_t index = (size - 1) / pool_step;
    if (index < pool_classes && pooling && free_counts[index] < pool_keep) [[likely]] {
      auto* idle = ::new (block) FreeBlock{free_blocks[index]};
      free_blocks[index] = idle;
      ++free_counts[index];
    } else {
      ::operator delete(block);
    }
    release();
  }
  /// One block less; the last one after the loop frees the core.
  void release() noexcept {
    if (--live_blocks == 0 && loop == nullptr) [[unlikely]]
      free_core(this);
  }
  void check_thread() const noexcept {
    if (debug) [[unlikely]]
      check_thread_slow();
  }

 private:
  EDDY_EXPORT void* allocate_slow(std::size_t size);
  EDDY_EXPORT void check_thread_slow() const noexcept;
  EDDY_EXPORT static void free_core(LoopCore* core) noexcept;
};

/// Keeps a core alive while its blocks are being destroyed.
class CoreHold {
 public:
  explicit CoreHold(LoopCore& core) noexcept : core_(core) { ++core_.live_blocks; }
  CoreHold(const CoreHold&) = delete;
  CoreHold& operator=(const CoreHold&) = delete;
  ~CoreHold() { core_.release(); }

 private:
  LoopCore& core_;
};

/// The loop of this thread, or null. Set by ~Loop and Loop alone.
EDDY_EXPORT LoopCore* this_thread_core() noexcept;
/// The same, for code that cannot go on without one.
EDDY_EXPORT LoopCore& current_core() noexcept;
/// The inline part of `loop`.
EDDY_EXPORT LoopCore& core_of(Loop& loop) noexcept;
/// Counts and reports a failure that nobody read.
[[gnu::cold]] EDDY_EXPORT void report_unread(LoopCore& core,
                                             const Error& error,
                                             Site site) noexcept;

}  // namespace detail
}  // namespace eddy
