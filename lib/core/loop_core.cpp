// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/core/detail/loop_core.hpp>

#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "core/loop_impl.hpp"
#include "core/sanitizers.hpp"
#include "core/this_thread.hpp"

namespace eddy {
namespace detail {

constinit thread_local LoopCore* this_thread_loop_core = nullptr;

LoopCore* this_thread_core() noexcept {
  return this_thread_loop_core;
}

LoopCore& current_core() noexcept {
  EDDY_ASSERT(this_thread_loop_core != nullptr, "this thread has no eddy::Loop");
  return *this_thread_loop_core;
}

void* LoopCore::allocate_slow(std::size_t size) {
  // Under a sanitizer blocks have their exact size, so that every octet past the end is seen.
  const bool pooled = keeps_blocks && size <= pool_classes * pool_step;
  const std::size_t rounded = pooled ? (size + pool_step - 1) / pool_step * pool_step : size;
  void* block = ::operator new(rounded);
  ++heap_blocks;
  return block;
}

void LoopCore::deallocate_slow(void* block) noexcept {
  ::operator delete(block);
  --heap_blocks;
  if (loop == nullptr && heap_blocks == 0 && holds == 0) delete this;
}

void LoopCore::release() noexcept {
  --holds;
  if (loop == nullptr && heap_blocks == 0 && holds == 0) delete this;
}

std::size_t LoopCore::idle_blocks() const noexcept {
  std::size_t count = 0;
  for (const FreeBlock* list : free_blocks) {
    for (; list != nullptr; list = list->next)
      ++count;
  }
  return count;
}

void LoopCore::trim(std::size_t keep) noexcept {
  std::size_t idle = idle_blocks();
  for (FreeBlock*& list : free_blocks) {
    while (list != nullptr && idle > keep) {
      ::operator delete(std::exchange(list, list->next));
      --idle;
      --heap_blocks;
    }
  }
}

void LoopCore::orphan() noexcept {
  hold();
  keeps_blocks = false;
  trim(0);
  loop = nullptr;
  release();
}

void LoopCore::check_thread_slow() const noexcept {
  if (loop == nullptr || pthread_equal(loop->thread, pthread_self())) return;
  char here[64] = "?";
  pthread_getname_np(pthread_self(), here, sizeof here);
  std::fprintf(
      stderr,
      "eddy: thread \"%s\" used a loop that belongs to thread \"%s\"; use Loop::poster()\n",
      here,
      loop->options.name.c_str());
  std::abort();
}

void report_unread(LoopCore& core, const Error& error, Site site) noexcept {
  // Nobody broke the promise of another thread but the loop, whose end is no failure.
  const bool over = core.loop == nullptr || core.loop->ending;
  if (over && error == Errc::broken_promise) return;
  ++core.statistic.unread_errors;
  if (core.loop != nullptr && core.loop->on_unread) return core.loop->on_unread(error, site);
  if (error.trace().empty()) {
    return log::error("an error was not read",
                      {{"error", error}, {"file", site.file}, {"line", site.line}});
  }
  log::error(
      "an error was not read",
      {{"error", error}, {"file", site.file}, {"line", site.line}, {"trace", error.trace_text()}});
}

}  // namespace detail

Loop* this_thread_loop() noexcept {
  detail::LoopCore* core = detail::this_thread_core();
  return core == nullptr ? nullptr : &core->loop->loop;
}

}  // namespace eddy
