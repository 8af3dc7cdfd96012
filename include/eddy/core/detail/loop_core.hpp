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
  std::size_t active_timers = 0;     ///< armed and not yet due; Limits are not among them
  std::size_t live_nodes = 0;        ///< futures and continuations that exist, when last asked
  std::size_t open_handles = 0;      ///< sockets, signals and the like that are not closed
};

namespace detail {

/// Size classes of the block pool: 32 octets apart, larger blocks come from the heap.
inline constexpr std::size_t pool_step = 32;
inline constexpr std::size_t pool_classes = 10;
/// How many idle blocks the pool keeps; what is above goes back to the heap.
inline constexpr std::size_t pool_keep = 64 * 1024;

/// Drops inside drops, and soft cancels inside soft cancels, that are carried out at once; deeper
/// ones are put off, so that no nesting exhausts the stack.
inline constexpr unsigned max_nesting = 64;

struct FreeBlock {
  FreeBlock* next;
};

/// The part of a Loop that inline code needs.
///
/// While the loop lives its blocks are not counted one by one: what is live is what came from the
/// heap less what is idle. After the loop, and under a sanitizer, no block is kept and each one
/// counts.
struct LoopCore {
  Node* ready_head = nullptr;
  Node* ready_tail = nullptr;
  TaskUse* current_task = nullptr;
  bool debug = false;        // checks threads, measures callbacks
  bool keeps_blocks = true;  // false under sanitizers and valgrind, and after the loop
  FreeBlock* free_blocks[pool_classes] = {};
  std::size_t heap_blocks = 0;  // live or idle
  std::size_t holds = 0;        // others than blocks that need the core
  LoopImpl* loop = nullptr;     // null once the loop is gone
  Node* doomed = nullptr;       // chains whose drop was put off, see drop()
  unsigned drop_depth = 0;
  unsigned cancel_depth = 0;         // forks that are cancelling their arms
  unsigned coroutines_starting = 0;  // called by one another and still in their first part
  Hub* handing_out = nullptr;  // the shared result whose readers are told, see Hub::hand_out()
  LoopStatistic statistic;

  void* allocate(std::size_t size) {
    const std::size_t index = (size - 1) / pool_step;
    if (index < pool_classes) {
      if (FreeBlock* block = free_blocks[index]) [[likely]] {
        free_blocks[index] = block->next;
        return block;
      }
    }
    return allocate_slow(size);
  }
  void deallocate(void* block, std::size_t size) noexcept {
    const std::size_t index = (size - 1) / pool_step;
    if (index < pool_classes && keeps_blocks) [[likely]] {
      free_blocks[index] = ::new (block) FreeBlock{free_blocks[index]};
    } else {
      deallocate_slow(block);
    }
  }
  void check_thread() const noexcept {
    if (debug) [[unlikely]]
      check_thread_slow();
  }

  /// Something that is not a block needs the core, until release().
  void hold() noexcept { ++holds; }
  EDDY_EXPORT void release() noexcept;
  /// Blocks that are not idle. Counts the idle ones: not for hot paths.
  std::size_t live_blocks() const noexcept { return heap_blocks - idle_blocks(); }
  /// Gives idle blocks back to the heap until at most `keep` are left.
  void trim(std::size_t keep) noexcept;
  /// The loop is gone: the last block or hold frees the core.
  void orphan() noexcept;

 private:
  EDDY_EXPORT void* allocate_slow(std::size_t size);
  EDDY_EXPORT void deallocate_slow(void* block) noexcept;
  EDDY_EXPORT void check_thread_slow() const noexcept;
  std::size_t idle_blocks() const noexcept;
};

/// Keeps a core alive while its blocks are being destroyed.
class CoreHold {
 public:
  explicit CoreHold(LoopCore& core) noexcept : core_(core) { core_.hold(); }
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
/// The inline part of `loop`. Defined with Loop.
inline LoopCore& core_of(Loop& loop) noexcept;
/// Counts and reports a failure that nobody read.
[[gnu::cold]] EDDY_EXPORT void report_unread(LoopCore& core,
                                             const Error& error,
                                             Site site) noexcept;

}  // namespace detail
}  // namespace eddy
