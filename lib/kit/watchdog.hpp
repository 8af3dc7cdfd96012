// SPDX-License-Identifier: MIT
//
// Ends the process when a stop takes too long, whatever the loop is doing.
#pragma once

#include <eddy/base/clock.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace eddy::detail {

/// A thread that sleeps until a stop begins, and then counts real time.
///
/// Thread: any.
class Watchdog {
 public:
  /// Throws std::system_error where the system has no pipe or no thread left.
  explicit Watchdog(Duration deadline);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  /// Calls it off.
  ~Watchdog();

  /// The time begins to run; a second call changes nothing.
  void arm() noexcept;
  /// `arm_octet` written to it arms too. A signal handler can do no more than that.
  int arming_pipe() const noexcept { return pipe_[1]; }
  static constexpr char arm_octet = 'a';
  /// What the stop waits for, told when the deadline passes.
  void note(std::string waiting_for);

 private:
  void send(char command) noexcept;
  void run() noexcept;
  char wait(Duration limit) noexcept;
  [[noreturn]] void bite() noexcept;

  const Duration deadline_;
  int pipe_[2];
  std::mutex mutex_;
  std::string waiting_for_;
  std::thread thread_;
};

}  // namespace eddy::detail
