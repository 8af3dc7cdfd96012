// SPDX-License-Identifier: MIT
//
// How a LoopImpl begins and ends.
#include <eddy/base/log.hpp>
#include <eddy/core/remote_promise.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <tuple>
#include <utility>

#include "core/handle.hpp"
#include "core/loop_impl.hpp"

#include "core/task_node.hpp"
#include "core/turn_node.hpp"
#include "core/wheel_impl.hpp"

namespace eddy::detail {
namespace {

uv_handle_t* any(void* handle) noexcept {
  return static_cast<uv_handle_t*>(handle);
}

std::string thread_name() {
  char name[64] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

/// libuv 1.44 writes without MSG_NOSIGNAL: a peer that is gone would kill the process.
void ignore_sigpipe() noexcept {
  struct sigaction current {};
  if (sigaction(SIGPIPE, nullptr, &current) != 0 || current.sa_handler != SIG_DFL) return;
  current.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &current, nullptr);
}

/// A program that was started without its standard streams would get descriptors of ours in their
/// place: libuv stops the program when it is to close one, and printf() would write into another.
void occupy_standard_numbers() noexcept {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    if (fcntl(number, F_GETFD) < 0) {                         // NOLINT: variadic by POSIX
      std::ignore = ::open("/dev/null", O_RDWR | O_CLOEXEC);  // NOLINT: takes the lowest free one
    }
  }
}

}  // namespace

LoopImpl::LoopImpl(LoopCore& owner, Loop& facade, Loop::Options&& settings)
    : core(owner),
      loop(facade),
      options(std::move(settings)),
      clock(options.clock != nullptr ? options.clock : &system_clock()),
      thread(pthread_self()),
      mailbox(std::make_shared<Mailbox>()),
      wheel(std::make_unique<Wheel>(owner)) {
  ignore_sigpipe();
  occupy_standard_numbers();
  if (options.schedule_seed) shuffle.emplace(*options.schedule_seed);
  if (options.name.empty()) options.name = thread_name();
  if (const int status = uv_loop_init(&uv); status != 0) {
    throw Exception(uv_error(status, "make an event loop"));
  }
  uv.data = timer.data = idle.data = check.data = async.data = this;
  uv_timer_init(&uv, &timer);
  uv_idle_init(&uv, &idle);
  uv_check_init(&uv, &check);
  const int status = uv_async_init(&uv, &async, &on_async);
  EDDY_ASSERT(status == 0, "libuv made a loop but no wake-up for it");
  uv_unref(any(&async));
  uv_unref(any(&check));
  mailbox->open(&async);
}

void LoopImpl::end() noexcept {
  ending = running = stop_requested = true;  // only destructors of the user run from here on
  forget_timers();
  // Before the mailbox: a RemotePromise that finds it closed frees its link on its own thread.
  close_remotes();
  std::ignore = mailbox->close();
  posted.clear();
  while (!next_turn.empty())
    next_turn.pop_front();
  while (!tasks.empty())
    tasks.pop_front();
  close_handles();
  for (void* own : {static_cast<void*>(&timer),
                    static_cast<void*>(&idle),
                    static_cast<void*>(&check),
                    static_cast<void*>(&async)}) {
    uv_close(any(own), nullptr);
  }
  uv_run(&uv, UV_RUN_DEFAULT);
  const int status = uv_loop_close(&uv);
  EDDY_ASSERT(status == 0, "a handle of libuv was left open");
}

void LoopImpl::close_handles() noexcept {
  for (HandleBlock* block = handles.first(); block != nullptr; block = handles.next(*block)) {
    if (block->closing_) continue;
    if (core.debug) {
      const Site site = block->site_;
      log::warning("a handle was open when its loop ended",
                   {{"kind", block->kind_}, {"file", site.file}, {"line", site.line}});
    }
    block->close();
  }
}

void LoopImpl::close_remotes() noexcept {
  while (!remotes.empty())
    remotes.front().release();
}

void LoopImpl::forget_timers() noexcept {
  for (TimerEntry* entry : heap)
    entry->index = TimerEntry::idle;
  heap.clear();
}

}  // namespace eddy::detail
