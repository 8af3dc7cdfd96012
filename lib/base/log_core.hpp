// SPDX-License-Identifier: MIT
//
// The inside of log::Writer: the buffer, its lock, and the thread that empties it.
#pragma once

#include "log_format.hpp"
#include "log_output.hpp"
#include "log_queue.hpp"

#include <eddy/base/log_writer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <pthread.h>
#include <sys/types.h>

namespace eddy::log::detail {

/// A lock that is held for the copy of a line and never over a system call.
///
/// Not a std::mutex, since a signal handler takes it too; see Core::Holding.
class SpinLock {
 public:
  void lock() noexcept;
  void unlock() noexcept { held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> held_{false};
};

/// Shared by the Writer and its thread, so that a thread stuck in a system call may be left behind.
class Core {
 public:
  explicit Core(const Writer::Config& config);
  ~Core();

  /// Starts the thread, which keeps `self`; 0 or an errno.
  static int start(const std::shared_ptr<Core>& self) noexcept;

  /// For a Core that somebody still uses who will never let go.
  static void keep_for_ever(const std::shared_ptr<Core>& self) noexcept { self->self_ = self; }

  const WriterStatistic& statistic() const noexcept { return statistic_; }
  Level level() const noexcept { return config_.level; }
  Duration patience() const noexcept { return config_.patience; }

  /// Formats and queues a record, or counts it as dropped; false if it comes too late for that.
  /// Thread: any, and signal handlers.
  bool accept(Level level, std::string_view message, Fields fields) noexcept;
  bool flush(Duration limit) noexcept;
  /// Writes what is there and ends the thread, or leaves it behind. Later calls do nothing.
  void close() noexcept;
  /// For a Core whose thread did not start: close() has nothing to do.
  void disable() noexcept { closed_.store(true); }
  /// Writes what is there, in the handler of a deadly signal.
  void flush_in_crash() noexcept;

 private:
  class Holding;

  static constexpr std::size_t batch_size = 16 * 1024;  // copied under the lock, so not more

  using Outcome = Output::Outcome;

  static void* thread_main(void* self) noexcept;
  void run() noexcept;
  void drain() noexcept;
  bool fetch() noexcept;
  bool write_batch() noexcept;
  bool write_text(std::string_view& rest) noexcept;
  Outcome write_somewhere(std::string_view& rest) noexcept;
  Outcome report_drops() noexcept;
  void report_lost() noexcept;
  void count_dropped(std::size_t lines) noexcept;
  void format(Line& line,
              Level level,
              std::string_view message,
              Fields fields,
              const FieldLists& bound = {}) const noexcept;
  bool nothing_to_wait_for() const noexcept;

  std::shared_ptr<Core> self_;
  const Writer::Config config_;
  const pid_t process_;
  Output output_;
  pthread_t thread_{};
  WriterStatistic statistic_;

  SpinLock lock_;
  // Under lock_, as are the dropped and the queued lines in the statistic:
  LineQueue queue_;
  std::size_t unreported_ = 0;  // dropped lines that no line told of yet
  bool report_due_ = false;     // they are to be told now
  bool asleep_ = false;         // the thread waits for the bell
  bool stopping_ = false;       // it ends when nothing is left

  std::atomic<std::size_t> refused_{0};     // records of handlers that interrupted the lock
  std::atomic<std::uint64_t> accepted_{0};  // lines that came
  std::atomic<std::uint64_t> settled_{0};   // lines that were written or dropped
  std::atomic<bool> finished_{false};       // the thread ended
  std::atomic<bool> closed_{false};

  // The thread's own:
  std::string_view rest_;  // what is not written of batch_
  bool failing_ = false;   // the output refused the last text
  char batch_[batch_size];
};

/// The Core that log::detail::emit() feeds; null without a Writer.
extern constinit std::atomic<Core*> current_core;

/// Keeps the current Core from being freed while it is used.
class CoreUse {
 public:
  CoreUse() noexcept;
  ~CoreUse();
  CoreUse(const CoreUse&) = delete;
  CoreUse& operator=(const CoreUse&) = delete;
  Core* get() const noexcept { return core_; }

 private:
  unsigned side_;
  Core* core_;
};

/// Makes `core` the current one; stops the program if there is one already.
void publish(Core& core) noexcept;
/// Undoes publish() if `core` is still current, and waits until nobody uses it; false if somebody
/// does so for too long, and it must not be freed.
bool withdraw(Core& core) noexcept;
/// Makes the log of a forked child one without a Writer, for the thread is the parent's alone.
void forget_in_child() noexcept;

}  // namespace eddy::log::detail
