// SPDX-License-Identifier: MIT
//
// A stream over a descriptor that is polled, and read and written by calls of ours. Private to io.
//
// Not libuv's uv_pipe_t: that makes descriptors non-blocking that are not ours, cannot pass those
// of files, and can lose the last octets of a terminal whose other side has hung up.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/io/direction.hpp>

#include "io/stream_base.hpp"
#include "io/system.hpp"

namespace eddy::detail {

/// The block of a uv_poll_t. What is derived from it says how to read and write.
class PolledStream : public StreamBase, private TimerEntry {
 public:
  /// How often a program in the background looks whether it is in the foreground again.
  static constexpr Duration background_look = std::chrono::milliseconds(250);

  /// Makes the handle; to be called once, before anything else. Gives a status of libuv.
  int init() noexcept;
  /// -1 if it is not open.
  int descriptor() const noexcept { return open() ? descriptor_.number() : -1; }

  bool readable() const noexcept { return direction_ != Direction::out; }
  bool writable() const noexcept { return direction_ != Direction::in; }

 protected:
  PolledStream(LoopImpl& impl,
               const char* kind,
               Descriptor&& descriptor,
               Direction direction,
               Site site) noexcept;

  /// What read_some() gives if only a program in the foreground may read.
  static constexpr int in_background = UV_EIO - 1'000'000;  // no status of libuv

  /// Reads what is there: a count, 0 at the end, in_background or a negative errno.
  virtual int read_some(char* room, std::size_t size) noexcept = 0;
  /// Writes what it can of both, the second after the first: a count or a negative errno.
  virtual int write_some(ByteView first, ByteView second) noexcept = 0;
  /// Tells the other side that no more comes. Gives a status.
  virtual int write_end() noexcept = 0;
  /// What to poll: the descriptor, unless that must not be made non-blocking.
  virtual int polled() noexcept { return descriptor_.number(); }
  /// Whether there is any good in reading. If not it is asked again after `background_look`.
  virtual bool may_read() noexcept { return true; }
  /// The answer of may_read() may have changed.
  void look_again() noexcept;
  /// libuv's events, of which those of `polled()` are to be waited for.
  virtual int watch_for(int events) noexcept { return events; }
  /// No more will come.
  virtual void input_ended() noexcept {}

  void on_closing() noexcept override;
  uv_handle_t* handle() noexcept final { return reinterpret_cast<uv_handle_t*>(&poll_); }
  int number() const noexcept { return descriptor_.number(); }
  /// Closes the descriptor, but keeps its number, which libuv remembers.
  int close_but_keep_number() noexcept;

 private:
  int transmit(ByteView first, ByteView second) noexcept final;
  int transmit_all(ByteView bytes) noexcept final;
  std::size_t untransmitted() const noexcept final { return unsent_.size(); }
  int transmit_end() noexcept final;
  int receive() noexcept final;
  void abort() noexcept final {}

  static void on_ready(uv_poll_t* handle, int status, int events) noexcept;
  int watch() noexcept;
  void send_more() noexcept;
  void read_more() noexcept;

  uv_poll_t poll_{};
  Descriptor descriptor_;
  LoopCore& core_;
  ByteView unsent_;  // stands in the outbox
  Direction direction_;
  bool reading_ = false;
  int watched_ = 0;
};

}  // namespace eddy::detail
