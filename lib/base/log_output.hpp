// SPDX-License-Identifier: MIT
//
// Writes to a descriptor without ever being stuck in it for longer than is wanted.
#pragma once

#include <eddy/base/clock.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace eddy::log::detail {

/// Calls `done` again and again until it is true or `limit` passed; tells which.
///
/// Made of poll() alone, so that a signal handler may wait.
bool wait_until(Duration limit, bool (*done)(const void*), const void* argument) noexcept;

/// Writes all of `text`, waiting as long as the descriptor wants. Async-signal-safe.
void write_plainly(int descriptor, std::string_view text) noexcept;

/// Writes `text`, at most 4 KiB, if the descriptor takes something right now.
bool write_if_ready(int descriptor, std::string_view text) noexcept;

/// The way out of the writing thread, with a bell by which others reach it where it waits.
///
/// Thread: write() and wait_for_bell() from one, the rest from any, and from signal handlers.
class Output {
 public:
  enum class Outcome { written, failed, out_of_time };

  explicit Output(int descriptor) noexcept;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  /// False if the system gave no descriptors for the bell.
  bool usable() const noexcept { return bell_[0] >= 0; }
  int descriptor() const noexcept { return descriptor_; }

  /// Writes `rest` to `descriptor` and takes off what was written. Waits while it takes nothing.
  Outcome write(int descriptor, std::string_view& rest) noexcept;
  void wait_for_bell() noexcept;

  void ring() noexcept;
  /// From now on write() waits no longer than `patience` in all.
  void limit_waiting(Duration patience) noexcept;
  /// From now on write() does not even try.
  void abandon() noexcept;

 private:
  static constexpr std::int64_t never = INT64_MAX;
  static constexpr std::int64_t abandoned = INT64_MIN;

  bool wait_writable(int descriptor) noexcept;
  void silence_bell() noexcept;
  int timeout() const noexcept;

  int descriptor_;
  int bell_[2] = {-1, -1};
  std::atomic<std::int64_t> deadline_{never};  // on the steady clock
};

}  // namespace eddy::log::detail
