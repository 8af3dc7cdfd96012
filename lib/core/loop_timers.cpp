// SPDX-License-Identifier: MIT
//
// The timers of a loop: one binary heap, and one timer of the kernel for the earliest of them.
#include <eddy/core/detail/timer_entry.hpp>

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "core/task_scope.hpp"

namespace eddy::detail {
namespace {

using Heap = std::vector<TimerEntry*>;

/// Room for so many timers is kept when they have gone: 32 KiB.
constexpr std::size_t kept_room = 4096;

/// How much of the heap a shuffled loop looks at for timers that are due at the same time.
constexpr std::size_t timer_window = 32;

bool earlier(const TimerEntry* a, const TimerEntry* b) noexcept {
  return a->due != b->due ? a->due < b->due : a->order < b->order;
}

void place(Heap& heap, std::size_t index, TimerEntry* entry) noexcept {
  heap[index] = entry;
  entry->index = index;
}

void sift_up(Heap& heap, std::size_t index, TimerEntry* entry) noexcept {
  while (index > 0) {
    const std::size_t parent = (index - 1) / 2;
    if (!earlier(entry, heap[parent])) break;
    place(heap, index, heap[parent]);
    index = parent;
  }
  place(heap, index, entry);
}

void sift_down(Heap& heap, std::size_t index, TimerEntry* entry) noexcept {
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap.size()) break;
    if (child + 1 < heap.size() && earlier(heap[child + 1], heap[child])) ++child;
    if (!earlier(heap[child], entry)) break;
    place(heap, index, heap[child]);
    index = child;
  }
  place(heap, index, entry);
}

/// Keeps half of the room, at a cost that is spread over as many removals.
void shrink(Heap& heap) noexcept {
  try {
    Heap smaller;
    smaller.reserve(heap.capacity() / 2);
    smaller.assign(heap.begin(), heap.end());
    heap.swap(smaller);
  } catch (const std::bad_alloc&) {
    return;  // it stays as large as it is
  }
}

void remove(Heap& heap, std::size_t index) noexcept {
  heap[index]->index = TimerEntry::idle;
  TimerEntry* last = heap.back();
  heap.pop_back();
  if (heap.size() < heap.capacity() / 4 && heap.capacity() > kept_room) [[unlikely]]
    shrink(heap);
  if (index == heap.size()) return;
  if (index > 0 && earlier(last, heap[(index - 1) / 2])) {
    sift_up(heap, index, last);
  } else {
    sift_down(heap, index, last);
  }
}

/// libuv counts in milliseconds; rounded up, so that a timer is never early.
std::uint64_t milliseconds_until(TimePoint due, TimePoint now) noexcept {
  if (due <= now) return 0;
  return static_cast<std::uint64_t>(
      std::chrono::ceil<std::chrono::milliseconds>(due - now).count());
}

std::string milliseconds_text(Duration length) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
  return std::to_string(count) + " ms";
}

}  // namespace

void arm_at(LoopCore& core, TimerEntry& entry, TimePoint due) noexcept {
  core.check_thread();
  if (core.loop == nullptr || core.loop->ending) return;
  LoopImpl& impl = *core.loop;
  if (entry.armed()) remove(impl.heap, entry.index);
  entry.due = due;
  entry.order = impl.timer_order++;
  impl.heap.push_back(&entry);
  sift_up(impl.heap, impl.heap.size() - 1, &entry);
}

void arm(LoopCore& core, TimerEntry& entry, Duration after) noexcept {
  if (core.loop == nullptr) return;
  arm_at(core, entry, later(core.loop->clock->now(), after));
}

void disarm(LoopCore& core, TimerEntry& entry) noexcept {
  if (entry.armed()) remove(core.loop->heap, entry.index);
}

void LoopImpl::run_due_timers() noexcept {
  const TimePoint now = clock->now();
  const std::uint64_t newcomer = timer_order;  // what is armed meanwhile waits for the next pass
  while (!stop_requested && !heap.empty() && heap.front()->due <= now &&
         heap.front()->order < newcomer) {
    TimerEntry* const entry = shuffle ? first_due(newcomer) : heap.front();
    remove(heap, entry->index);
    ++core.statistic.timers_fired;
    entry->fire(entry);
  }
}

/// One of those that are due as early as the first, by chance.
TimerEntry* LoopImpl::first_due(std::uint64_t newcomer) noexcept {
  TimerEntry* chosen = heap.front();
  std::uint32_t found = 0;
  for (std::size_t index = 0; index < std::min(heap.size(), timer_window); ++index) {
    TimerEntry* const entry = heap[index];
    if (entry->due != chosen->due || entry->order >= newcomer) continue;
    if (shuffle->one_in(++found)) chosen = entry;
  }
  return chosen;
}

void LoopImpl::set_timer() noexcept {
  if (clock->manual()) return;
  if (heap.empty()) {
    if (std::exchange(timer_set, false)) uv_timer_stop(&timer);
    return;
  }
  const TimePoint due = heap.front()->due;
  if (timer_set && timer_due == due) return;
  timer_set = true;
  timer_due = due;
  uv_update_time(&uv);  // libuv's time is that of the turn's beginning
  uv_timer_start(&timer, &on_timer, milliseconds_until(due, clock->now()), 0);
}

void LoopImpl::on_timer(uv_timer_t* handle) noexcept {
  auto& impl = *static_cast<LoopImpl*>(handle->data);
  const CallbackScope scope(impl);
  impl.timer_set = false;
  // A turn waits for one thing, and this may be it: libuv runs timers before it looks at the
  // kernel, and would then wait for ever. This makes that look a short one.
  if (impl.one_turn) uv_stop(&impl.uv);
  impl.run_due_timers();
}

TimeLimit clip_to_deadline(LoopCore& core, Duration limit) noexcept {
  const std::optional<DeadlineValue> deadline = deadline_of(core, core.current_task);
  if (!deadline || core.loop == nullptr) return TimeLimit{limit, limit};
  const Duration left = std::max(deadline->at - core.loop->clock->now(), Duration::zero());
  return left < limit ? TimeLimit{left, deadline->limit, true} : TimeLimit{limit, limit};
}

Error timed_out_error(const LoopCore& core,
                      TimePoint start,
                      Duration limit,
                      bool deadline) noexcept {
  try {
    std::string context = (deadline ? "deadline of " : "limit of ") + milliseconds_text(limit);
    if (core.loop != nullptr) {
      context += ", " + milliseconds_text(core.loop->clock->now() - start) + " elapsed";
    }
    return Error(Errc::timed_out, context);
  } catch (...) {
    return Errc::timed_out;
  }
}

}  // namespace eddy::detail
