// SPDX-License-Identifier: MIT
#include "core/loop_impl.hpp"

#include <eddy/base/log.hpp>
#include <eddy/core/remote_promise.hpp>

#include <tuple>
#include <utility>

#include "core/task_node.hpp"
#include "core/turn_node.hpp"
#include "core/wheel_impl.hpp"

namespace eddy::detail {
namespace {

/// A loop with many live nodes looks for idle blocks above the limit once in so many callbacks.
constexpr unsigned scopes_between_trims = 4096;

/// How far a shuffled loop looks into its ready queue: each pick costs half as many steps.
constexpr std::uint32_t ready_window = 32;

Node* pick_ready(const LoopCore& core, Random& random) noexcept {
  Node* node = core.ready_head;
  for (std::size_t steps = random.below(ready_window); steps > 0; --steps)
    node = node->next != nullptr ? node->next : core.ready_head;
  return node;
}

Node* pop_ready(LoopCore& core) noexcept {
  Node* node = core.ready_head;
  core.ready_head = node->next;
  (node->next != nullptr ? node->next->previous : core.ready_tail) = nullptr;
  node->state = NodeState::running;
  return node;
}

}  // namespace

void LoopImpl::run() noexcept {
  EDDY_ASSERT(!running, "a loop cannot be run inside itself");
  running = true;
  stop_requested = false;
  { const CallbackScope scope(*this); }  // what is ready before the first turn
  while (!stop_requested && alive())
    poll(UV_RUN_DEFAULT);
  stop_requested = false;
  running = false;
}

bool LoopImpl::turn(bool wait) noexcept {
  EDDY_ASSERT(!running, "a loop cannot be run inside itself");
  running = true;
  ++core.statistic.turns;
  const std::uint64_t before = core.statistic.continuations;
  const bool flushes = corks != nullptr;  // which may settle what somebody waits for
  {
    const CallbackScope scope(*this);
    --core.statistic.callbacks;  // this one is not the kernel's
    if (clock->manual()) run_due_timers();
  }
  const bool ran = flushes || core.statistic.continuations != before;
  if (!stop_requested) poll(wait && !ran && uv_loop_alive(&uv) ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  running = false;
  return alive();
}

void LoopImpl::poll(uv_run_mode mode) noexcept {
  // libuv does not look at the kernel for handles that do not keep it alive: signals and posts.
  if (mode == UV_RUN_NOWAIT) uv_ref(reinterpret_cast<uv_handle_t*>(&async));
  polling = true;
  one_turn = mode == UV_RUN_ONCE;
  uv_run(&uv, mode);
  one_turn = false;
  polling = false;
  if (mode == UV_RUN_NOWAIT) expect_remote(0);
}

bool LoopImpl::alive() const noexcept {
  return core.ready_head != nullptr || uv_loop_alive(&uv) != 0;
}

void LoopImpl::stop() noexcept {
  if (!running) return;
  stop_requested = true;
  if (polling) uv_stop(&uv);  // outside uv_run it would end the next one at once
}

void LoopImpl::finish_scope() noexcept {
  unsigned budget = options.drain_budget;
  do {
    budget = drain(budget);
    flush_corks();
  } while (core.ready_head != nullptr && budget > 0 && !stop_requested);
  if (core.heap_blocks > pool_keep && ++scopes_since_trim == scopes_between_trims) [[unlikely]] {
    scopes_since_trim = 0;
    core.trim(pool_keep);
  }
  set_idle();
  set_timer();
}

inline unsigned LoopImpl::drain(const unsigned budget) noexcept {
  if (core.debug || shuffle) [[unlikely]]
    return drain_watched(budget);
  LoopCore& shared = core;  // or each turn would load the reference again
  unsigned left = budget;
  for (; left > 0 && shared.ready_head != nullptr && !stop_requested; --left) {
    Node* node = pop_ready(shared);
    if (node->task == nullptr) [[likely]] {
      node->run();
    } else {
      run_node(node);
    }
  }
  shared.statistic.continuations += budget - left;
  return left;
}

unsigned LoopImpl::drain_watched(const unsigned budget) noexcept {
  unsigned left = budget;
  for (; left > 0 && core.ready_head != nullptr && !stop_requested; --left) {
    Node* const node = shuffle ? pick_ready(core, *shuffle) : core.ready_head;
    unlink(node);
    node->state = NodeState::running;
    run_node(node);
  }
  core.statistic.continuations += budget - left;
  return left;
}

void LoopImpl::run_node(Node* node) noexcept {
  TaskUse* const task = node->task;
  const Site site = node->site();
  const SlowCheck slow(*this, site);
  retain_task(task);
  core.current_task = task;
  node->run();
  core.current_task = nullptr;
  release_task(task);
}

void LoopImpl::report_slow(Site site, TimePoint start) noexcept {
  const Duration took = std::chrono::steady_clock::now() - start;
  if (took < options.slow_callback) return;
  ++core.statistic.slow_callbacks;
  log::warning("slow callback", {{"took", took}, {"file", site.file}, {"line", site.line}});
}

void LoopImpl::flush_corks() noexcept {
  while (Corked* stream = corks) {
    corks = stream->next_corked_;
    stream->corked_ = false;
    stream->flush();
  }
}

void LoopImpl::uncork(Corked& stream) noexcept {
  if (!stream.corked_) return;
  Corked** place = &corks;
  while (*place != &stream)
    place = &(*place)->next_corked_;
  *place = stream.next_corked_;
  stream.corked_ = false;
}

void LoopImpl::run_posted() noexcept {
  for (unsigned budget = options.drain_budget; budget > 0; --budget) {
    // Collected even when the loop is to stop: the mailbox has woken us and will not do so again.
    if (!have_posted()) return;
    if (stop_requested) return;
    ++core.statistic.posted;
    Function<void()> function = std::move(posted[posted_done++]);
    const SlowCheck slow(*this, Site{"Poster::post", 0});
    guarded(core, {}, function);
  }
  // The mailbox may have woken us for what came meanwhile, too.
  std::ignore = have_posted();
}

bool LoopImpl::have_posted() noexcept {
  if (posted_done == posted.size()) {
    posted = mailbox->collect();
    posted_done = 0;
  }
  return !posted.empty();
}

void LoopImpl::wait_for_turn(TurnNode& node) noexcept {
  next_turn.push_back(node);
  if (!uv_is_active(reinterpret_cast<uv_handle_t*>(&check))) uv_check_start(&check, &on_check);
  set_idle();
}

void LoopImpl::on_check(uv_check_t* handle) noexcept {
  auto& impl = *static_cast<LoopImpl*>(handle->data);
  const CallbackScope scope(impl);
  List<TurnNode> due;
  due.take(impl.next_turn);
  uv_check_stop(handle);
  while (!due.empty())
    due.pop_front().settle_value();
}

inline void LoopImpl::set_idle() noexcept {
  const bool wanted =
      core.ready_head != nullptr || !next_turn.empty() || posted_done < posted.size();
  if (wanted == idle_active) return;
  idle_active = wanted;
  if (wanted) {
    uv_idle_start(&idle, &on_idle);
  } else {
    uv_idle_stop(&idle);
  }
}

void LoopImpl::on_idle(uv_idle_t* handle) noexcept {
  auto& impl = *static_cast<LoopImpl*>(handle->data);
  const CallbackScope scope(impl);  // its end drains what is ready
  if (impl.posted_done < impl.posted.size()) impl.run_posted();
}

void LoopImpl::on_async(uv_async_t* handle) noexcept {
  auto& impl = *static_cast<LoopImpl*>(handle->data);
  const CallbackScope scope(impl);
  impl.run_posted();
}

void LoopImpl::expect_remote(int change) noexcept {
  remote_count += static_cast<std::size_t>(change);
  auto* handle = reinterpret_cast<uv_handle_t*>(&async);
  if (remote_count > 0) {
    uv_ref(handle);
  } else {
    uv_unref(handle);
  }
}

}  // namespace eddy::detail
