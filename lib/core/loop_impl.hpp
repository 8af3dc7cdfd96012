// SPDX-License-Identifier: MIT
//
// The inside of a Loop: libuv's loop and everything that is listed with it.
//
// Private to core and io. Whatever libuv calls opens a CallbackScope first; when the outermost one
// closes, the ready queue is drained and corked streams are flushed.
#pragma once

#include <eddy/base/random.hpp>
#include <eddy/core/detail/list.hpp>
#include <eddy/core/detail/task_context.hpp>
#include <eddy/core/loop.hpp>

#include <pthread.h>
#include <uv.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/mailbox.hpp"

namespace eddy::detail {

class HandleBlock;
class RemoteLink;
class TaskNode;
class TurnNode;
class Wheel;
struct InLoop;  // tags the list of all tasks of a loop

/// Something that collects output during a callback and sends it when the callback is over.
class Corked {
 public:
  virtual void flush() noexcept = 0;

 protected:
  Corked() = default;
  ~Corked() = default;

 private:
  friend struct LoopImpl;
  Corked* next_corked_ = nullptr;
  bool corked_ = false;
};

/// What the io layer keeps for a whole loop, such as the buffers that streams share.
class LoopAttachment {
 public:
  virtual ~LoopAttachment() = default;
};

/// The attachments that there are; each is made when it is first asked for.
enum class AttachmentSlot : unsigned {
  streams,
  datagrams,
  resolver,
  files,
  processes,
  standard_streams,
  count
};

struct LoopImpl {
  LoopImpl(LoopCore& owner, Loop& facade, Loop::Options&& settings);
  LoopImpl(const LoopImpl&) = delete;
  LoopImpl& operator=(const LoopImpl&) = delete;
  /// Lets go of everything of the user's. What dies here may still ask the loop for the time.
  void end() noexcept;

  static LoopImpl& of(Loop& loop) noexcept { return *loop.impl_; }

  // Running.
  void run() noexcept;
  bool turn(bool wait) noexcept;
  bool alive() const noexcept;
  void stop() noexcept;
  void finish_scope() noexcept;
  void run_due_timers() noexcept;
  void run_posted() noexcept;
  void wait_for_turn(TurnNode& node) noexcept;
  void report_slow(Site site, TimePoint start) noexcept;

  // Corks.
  void cork(Corked& stream) noexcept {
    if (stream.corked_) return;
    stream.corked_ = true;
    stream.next_corked_ = corks;
    corks = &stream;
  }
  void uncork(Corked& stream) noexcept;

  /// The attachment of the type `T`, which names its place: `T::slot`.
  template <class T>
  T& attached() {
    std::unique_ptr<LoopAttachment>& place = attachments[static_cast<unsigned>(T::slot)];
    if (place == nullptr) [[unlikely]]
      place = std::make_unique<T>();
    return static_cast<T&>(*place);
  }

  // Other threads.
  void expect_remote(int change) noexcept;

  LoopCore& core;
  Loop& loop;
  Loop::Options options;
  Clock* clock;
  pthread_t thread;

  uv_loop_t uv;
  uv_timer_t timer;
  uv_idle_t idle;
  uv_check_t check;
  uv_async_t async;

  std::vector<TimerEntry*> heap;
  std::uint64_t timer_order = 0;
  TimePoint timer_due{};  // for when the kernel's timer is set
  bool timer_set = false;

  std::shared_ptr<Mailbox> mailbox;
  std::vector<Function<void()>> posted;  // collected from the mailbox
  std::size_t posted_done = 0;           // how many of them ran
  List<RemoteLink> remotes;
  std::size_t remote_count = 0;
  List<HandleBlock> handles;
  List<TurnNode> next_turn;
  List<TaskNode, InLoop> tasks;
  Corked* corks = nullptr;
  std::unique_ptr<Wheel> wheel;
  std::array<std::unique_ptr<LoopAttachment>, static_cast<unsigned>(AttachmentSlot::count)>
      attachments;
  std::optional<Random> shuffle;  // with Options::schedule_seed
  Function<void(const Error&, Site)> on_unread;
  ContextSlot context;  // of code outside all tasks

  unsigned scope_depth = 0;
  unsigned scopes_since_trim = 0;
  bool running = false;
  bool ending = false;  // inside ~Loop: nothing settles and nothing new is armed
  bool stop_requested = false;
  bool polling = false;   // inside uv_run
  bool one_turn = false;  // and it returns when one thing has happened
  bool idle_active = false;

 private:
  static void on_idle(uv_idle_t* handle) noexcept;
  static void on_check(uv_check_t* handle) noexcept;
  static void on_async(uv_async_t* handle) noexcept;
  static void on_timer(uv_timer_t* handle) noexcept;

  unsigned drain(unsigned budget) noexcept;
  unsigned drain_watched(unsigned budget) noexcept;
  void run_node(Node* node) noexcept;
  bool have_posted() noexcept;
  void flush_corks() noexcept;
  void poll(uv_run_mode mode) noexcept;
  TimerEntry* first_due(std::uint64_t newcomer) noexcept;
  void set_timer() noexcept;
  void set_idle() noexcept;
  void close_handles() noexcept;
  void close_remotes() noexcept;
  void forget_timers() noexcept;
};

/// In debug mode, reports the code that it encloses if that takes too long. `site` is who made it.
class SlowCheck {
 public:
  SlowCheck(LoopImpl& impl, Site site) noexcept : impl_(impl), site_(site) {
    if (impl_.core.debug) [[unlikely]]
      start_ = std::chrono::steady_clock::now();
  }
  SlowCheck(const SlowCheck&) = delete;
  SlowCheck& operator=(const SlowCheck&) = delete;
  ~SlowCheck() {
    if (impl_.core.debug) [[unlikely]]
      impl_.report_slow(site_, start_);
  }

 private:
  LoopImpl& impl_;
  Site site_;
  TimePoint start_{};
};

/// Encloses a callback of libuv. When the outermost ends, what became ready runs.
///
/// `site` is who made the thing that is called; without one nothing is measured.
class CallbackScope {
 public:
  explicit CallbackScope(LoopImpl& impl, Site site = {}) noexcept
      : impl_(impl), site_(site), measured_(impl.core.debug && site.line != 0) {
    if (++impl_.scope_depth > 1) return;
    ++impl_.core.statistic.callbacks;
    if (measured_) [[unlikely]]
      start_ = std::chrono::steady_clock::now();
  }
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;
  ~CallbackScope() {
    if (impl_.scope_depth == 1) {
      if (measured_) [[unlikely]]
        impl_.report_slow(site_, start_);
      impl_.finish_scope();
    }
    --impl_.scope_depth;
  }

 private:
  LoopImpl& impl_;
  Site site_;
  bool measured_;
  TimePoint start_{};
};

/// A libuv status as an Error: errno values as such, so that std::errc compares, the rest in a
/// category of its own. `context` names what was tried.
Error uv_error(int status, std::string_view context = {});

/// Calls `function`; what it throws is reported as unread. For callbacks that libuv makes.
template <class F>
void guarded(LoopCore& core, Site site, F&& function) noexcept {
  try {
    function();
  } catch (...) {
    report_unread(core, Error(std::current_exception()), site);
  }
}

}  // namespace eddy::detail
