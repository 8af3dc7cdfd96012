// SPDX-License-Identifier: MIT
#include <eddy/base/log.hpp>
#include <eddy/core/detail/loop_core.hpp>

#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <string>

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

LoopCore& core_of(Loop& loop) noexcept {
  return loop.core();
}

void* LoopCore::allocate_slow(std::size_t size) {
  // Under a sanitizer blocks have their exact size, so that every octet past the end is seen.
  const std::size_t rounded = pooling ? (size + pool_step - 1) / pool_step * pool_step : size;
  return ::operator new(rounded);
}

void LoopCore::free_core(LoopCore* core) noexcept {
  for (FreeBlock*& list : core->free_blocks) {
    while (FreeBlock* block = list) {
      list = block->next;
      ::operator delete(block);
    }
  }
  delete core;
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
  ++core.statistic.unread_errors;
  if (core.loop != nullptr && core.loop->on_unread) return core.loop->on_unread(error, site);
  log::error("an error was not read", {{"error", error}, {"file", site.file}, {"line", site.line}});
}

}  // namespace detail

Loop* this_thread_loop() noexcept {
  detail::LoopCore* core = detail::this_thread_core();
  return core == nullptr ? nullptr : &core->loop->loop;
}

}  // namespace eddy
