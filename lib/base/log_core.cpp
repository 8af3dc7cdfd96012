// SPDX-License-Identifier: MIT
#include "log_core.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <new>
#include <utility>

#include <sched.h>
#include <unistd.h>

namespace eddy::log::detail {
namespace {

/// What a thread does for the log right now. Handlers read it, so it must not be made on first use.
struct ThreadState {
  bool holds_lock = false;
  bool writes = false;
};
[[gnu::tls_model("initial-exec")]] constinit thread_local ThreadState this_thread;

/// What the end of a thread may take beyond the patience for its output.
constexpr Duration slack = std::chrono::milliseconds(250);

std::size_t lines_in(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

void SpinLock::lock() noexcept {
  while (held_.exchange(true, std::memory_order_acquire))
    sched_yield();
}

/// Holds the lock, and lets signal handlers in this thread know.
class Core::Holding {
 public:
  explicit Holding(SpinLock& lock) noexcept : lock_(lock) {
    this_thread.holds_lock = true;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    lock_.lock();
  }
  ~Holding() {
    lock_.unlock();
    std::atomic_signal_fence(std::memory_order_seq_cst);
    this_thread.holds_lock = false;
  }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

 private:
  SpinLock& lock_;
};

Core::Core(const Writer::Config& config)
    : config_(config),
      process_(getpid()),
      output_(config.output),
      queue_(config.buffer_records, config.overflow) {}

Core::~Core() = default;

int Core::start(const std::shared_ptr<Core>& self) noexcept {
  if (!self->output_.usable()) return EMFILE;
  auto* kept = new (std::nothrow) std::shared_ptr<Core>(self);
  if (kept == nullptr) return ENOMEM;
  // Signals are for the program's threads. Faults of the thread itself cannot be blocked.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&self->thread_, nullptr, &thread_main, kept);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (failed != 0) delete kept;
  return failed;
}

void* Core::thread_main(void* self) noexcept {
  std::shared_ptr<Core> core = std::move(*static_cast<std::shared_ptr<Core>*>(self));
  delete static_cast<std::shared_ptr<Core>*>(self);
  core->run();
  return nullptr;
}

bool Core::accept(Level level, std::string_view message, Fields fields) noexcept {
  if (this_thread.holds_lock) {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  Line line;
  format(line, level, message, fields, bound_here());
  bool wake = false;
  {
    Holding hold(lock_);
    if (stopping_) return false;
    std::size_t lost = queue_.push(level, line.view());
    count_dropped(lost);
    statistic_.queued.set(static_cast<std::int64_t>(queue_.size()));
    accepted_.fetch_add(1);
    settled_.fetch_add(lost);
    wake = std::exchange(asleep_, false);
  }
  if (wake) output_.ring();
  return true;
}

bool Core::flush(Duration limit) noexcept {
  struct Wanted {
    const Core* core;
    std::uint64_t count;
  } wanted{this, accepted_.load()};
  return wait_until(
      limit,
      [](const void* argument) {
        const auto* goal = static_cast<const Wanted*>(argument);
        return goal->core->settled_.load() >= goal->count;
      },
      &wanted);
}

bool Core::nothing_to_wait_for() const noexcept {
  return finished_.load() || settled_.load() >= accepted_.load();
}

void Core::close() noexcept {
  if (closed_.exchange(true) || process_ != getpid()) return;  // a forked child has no such thread
  {
    Holding hold(lock_);
    stopping_ = true;
  }
  output_.limit_waiting(config_.patience);
  bool ended = wait_until(
      config_.patience + slack,
      [](const void* self) { return static_cast<const Core*>(self)->finished_.load(); },
      this);
  if (ended) {
    pthread_join(thread_, nullptr);
  } else {
    output_.abandon();
    pthread_detach(thread_);
  }
  report_lost();
}

void Core::flush_in_crash() noexcept {
  if (process_ != getpid()) return;
  output_.limit_waiting(config_.patience);
  if (!this_thread.writes) {
    wait_until(
        config_.patience + slack,
        [](const void* self) { return static_cast<const Core*>(self)->nothing_to_wait_for(); },
        this);
  } else if (!this_thread.holds_lock) {
    drain();  // the writing thread itself crashed: its work goes on here
  }
  report_lost();
}

void Core::run() noexcept {
  this_thread.writes = true;
  for (;;) {
    drain();
    if (!rest_.empty()) break;  // out of time
    bool idle = false;
    {
      Holding hold(lock_);
      idle = queue_.size() == 0 && !report_due_;
      if (idle && stopping_) break;
      asleep_ = idle;
    }
    if (idle) output_.wait_for_bell();
  }
  finished_.store(true);
}

/// Writes until nothing is left, or no time.
void Core::drain() noexcept {
  while (!rest_.empty() || fetch()) {
    if (!write_batch()) return;
  }
}

/// Takes lines from the queue; false if there are none, and nothing to tell either.
bool Core::fetch() noexcept {
  Holding hold(lock_);
  count_dropped(refused_.exchange(0, std::memory_order_relaxed));
  rest_ = {batch_, queue_.pop(batch_, batch_size)};
  statistic_.queued.set(static_cast<std::int64_t>(queue_.size()));
  return !rest_.empty() || report_due_;
}

/// Writes `rest_` and tells of dropped lines; false if there was no time for all of it.
bool Core::write_batch() noexcept {
  std::size_t lines = lines_in(rest_);
  bool in_time = write_text(rest_);
  std::size_t left = lines_in(rest_);
  if (in_time && left < lines) in_time = report_drops() != Outcome::out_of_time;
  settled_.fetch_add(lines - left);  // last, so that flush() covers the report
  return in_time;
}

/// Writes as much as there is time for. What no descriptor takes counts as dropped.
bool Core::write_text(std::string_view& rest) noexcept {
  std::size_t lines = lines_in(rest);
  Outcome outcome = write_somewhere(rest);
  std::size_t left = lines_in(rest);
  statistic_.written += lines - left;
  if (outcome != Outcome::failed) return outcome == Outcome::written;
  Holding hold(lock_);
  count_dropped(left);
  report_due_ = false;  // it would fail too; the next line that is written brings it along
  rest = {};
  return true;
}

/// Writes to the output, or where that fails to stderr. The next text tries the output again.
Output::Outcome Core::write_somewhere(std::string_view& rest) noexcept {
  Outcome outcome = output_.write(config_.output, rest);
  bool failed = outcome == Outcome::failed && config_.output != STDERR_FILENO;
  if (failed && !failing_) {
    Line line;
    format(line, Level::error, "log output failed, stderr takes its place", {{"errno", errno}});
    std::string_view note = line.view();
    outcome = output_.write(STDERR_FILENO, note);
  }
  failing_ = failed;
  return failed ? output_.write(STDERR_FILENO, rest) : outcome;
}

/// Tells how many lines were dropped since it was told last, if any were.
Output::Outcome Core::report_drops() noexcept {
  std::size_t dropped = 0;
  {
    Holding hold(lock_);
    dropped = std::exchange(unreported_, 0);
    report_due_ = false;
  }
  if (dropped == 0) return Outcome::written;
  Line line;
  format(line, Level::warning, "log records dropped", {{"count", dropped}});
  std::string_view text = line.view();
  Outcome outcome = write_somewhere(text);
  if (outcome == Outcome::written) {
    ++statistic_.written;
  } else {
    Holding hold(lock_);
    unreported_ += dropped;
  }
  return outcome;
}

/// Says on stderr, or else in the output, what is lost for good; not if neither takes it now.
void Core::report_lost() noexcept {
  std::uint64_t lost = accepted_.load() - settled_.load();
  if (!this_thread.holds_lock) {
    Holding hold(lock_);
    count_dropped(lost);
    lost = std::exchange(unreported_, 0);
  }
  if (lost == 0) return;
  Line line;
  format(line, Level::warning, "log records lost at the end", {{"count", lost}});
  if (write_if_ready(STDERR_FILENO, line.view())) return;
  if (config_.output != STDERR_FILENO) write_if_ready(config_.output, line.view());
}

void Core::count_dropped(std::size_t lines) noexcept {
  if (lines == 0) return;
  unreported_ += lines;
  report_due_ = true;
  statistic_.dropped += lines;
}

void Core::format(Line& line,
                  Level level,
                  std::string_view message,
                  Fields fields,
                  const FieldLists& bound) const noexcept {
  format_record(line, config_.format, level, config_.clock->wall(), message, fields, bound);
}

}  // namespace eddy::log::detail
