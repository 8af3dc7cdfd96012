// SPDX-License-Identifier: MIT
//
// One end of a duplex() pair: a stream whose kernel is its peer. Private to io.
//
// It lives on a uv_idle_t, so that it is owned, closed and counted like any other handle.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/io/duplex.hpp>

#include <vector>

#include "io/stream_base.hpp"

namespace eddy::detail {

class DuplexEnd final : public StreamBase, private TimerEntry {
 public:
  DuplexEnd(LoopImpl& impl,
            DuplexScript&& script,
            Duration delay,
            std::size_t capacity,
            Site site) noexcept;

  void join(DuplexEnd& other) noexcept;

 private:
  struct Segment {
    TimePoint due;
    std::string bytes;
    bool end;
  };

  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&idle_); }
  void on_closing() noexcept override;

  int transmit(ByteView first, ByteView second) noexcept override;
  int transmit_all(ByteView bytes) noexcept override;
  std::size_t untransmitted() const noexcept override { return unsent_.size(); }
  int transmit_end() noexcept override;
  int receive() noexcept override;
  void abort() noexcept override;

  DuplexStep next_step(const std::vector<DuplexStep>& steps,
                       std::size_t& done,
                       const DuplexStep& usual) noexcept;
  std::size_t room() const noexcept;
  void arrive(ByteView bytes, bool end);
  void land() noexcept;
  bool readable() const noexcept;
  bool sendable() const noexcept;
  static bool blocked(const std::vector<DuplexStep>& steps,
                      std::size_t done,
                      const DuplexStep& usual) noexcept;
  void wake() noexcept;
  static void on_turn(uv_idle_t* handle) noexcept;
  void send_some() noexcept;
  void read_some() noexcept;

  uv_idle_t idle_{};
  DuplexEnd* peer_ = nullptr;  // null once it is closed
  DuplexScript script_;
  std::size_t reads_done_ = 0;
  std::size_t writes_done_ = 0;
  Duration delay_;
  std::size_t capacity_;
  std::vector<Segment> flight_;  // under way to this end
  std::size_t under_way_ = 0;    // octets in it
  Buffer arrived_;
  ByteView unsent_;  // refused so far; stands in the outbox
  bool receiving_ = false;
  bool end_arrived_ = false;
  bool end_sent_ = false;
  bool was_reset_ = false;
  bool aborted_ = false;
};

}  // namespace eddy::detail
