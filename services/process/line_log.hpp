// SPDX-License-Identifier: MIT
//
// Brings what a child writes to the log, line by line, within a length and a rate.
#pragma once

#include <eddy/base/function.hpp>
#include <eddy/core/future.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/io/stream.hpp>
#include <eddy/services/respawning_process.hpp>

#include <string>
#include <string_view>

namespace eddy::detail {

/// Who writes, for the fields of the log.
struct LineLabels {
  std::string_view service;
  int pid;
  const char* stream;
};

/// One stream of a child.
///
/// Thread: loop. Lifetime: neither function may destroy it.
class LineLog final : public ByteSink {
 public:
  struct Callbacks {
    Function<void(std::string_view)> line;  ///< each line, also one that is not logged
    Function<void()> alive;                 ///< there was something to read
    Function<void()> end;                   ///< once: there will be no more
  };

  LineLog(Loop& loop,
          Stream stream,
          const ChildLog& config,
          LineLabels labels,
          RespawningProcessStatistic& statistic,
          Callbacks callbacks);
  LineLog(const LineLog&) = delete;
  LineLog& operator=(const LineLog&) = delete;
  ~LineLog() override;

  bool ended() const noexcept { return ended_; }
  /// Logs what is there, and reads no more.
  void cut();

 private:
  void on_bytes(ByteView bytes) noexcept override;
  void on_end() noexcept override;
  void on_error(const Error& error) noexcept override;

  bool limited() const noexcept { return config_.lines_per_second > 0; }
  bool waits() const noexcept { return config_.excess == ChildLog::Excess::wait; }
  bool room() noexcept;
  void take(ByteView bytes);
  void take_part(ByteView part);
  void end_line();
  void log_line(std::string_view line);
  void report_dropped();
  void next_second();
  void go_on();
  void finish();

  Loop& loop_;
  const ChildLog config_;
  const LineLabels labels_;
  RespawningProcessStatistic& statistic_;
  Callbacks callbacks_;
  std::string line_;  // what came of it so far
  bool line_cut_ = false;
  Buffer rest_;  // received and not looked at: it waits for its second
  TimePoint second_ends_{};
  unsigned room_ = 0;  // lines that may be logged until then
  unsigned dropped_ = 0;
  bool stream_ended_ = false;
  bool ended_ = false;
  Timer timer_;
  Future<void> others_;  // ready when they had their turn
  Stream stream_;
};

}  // namespace eddy::detail
