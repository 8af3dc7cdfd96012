// SPDX-License-Identifier: MIT
//
// A stream over a descriptor that cannot be polled, or must not be made non-blocking: threads read
// and write it. Private to io.
//
// For what the program was started with; a program that works with files uses something faster.
#pragma once

#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/thread_pool.hpp>
#include <eddy/io/direction.hpp>

#include <memory>
#include <stop_token>
#include <string>

#include "io/continue_watch.hpp"
#include "io/pipe_stream.hpp"
#include "io/stream_base.hpp"
#include "io/system.hpp"

namespace eddy::detail {

/// The threads of a loop's ThreadStreams.
class StreamThreads final : public LoopAttachment {
 public:
  static constexpr AttachmentSlot slot = AttachmentSlot::standard_streams;

  ThreadPool pool{{.min = 0,
                   // A stream takes two: one that waits for input, and one that writes.
                   .max = 256,
                   .idle = std::chrono::seconds(5),
                   // A call that hangs is left to itself: nothing waits for it.
                   .linger = std::chrono::milliseconds(200),
                   .name = "stdio"}};
};

/// What the stream and its threads share.
class BlockingDescriptor {
 public:
  /// `bell` wakes the threads that wait; `copy` is one more descriptor of what is read or written.
  BlockingDescriptor(Descriptor&& copy, Descriptor&& bell) noexcept;

  int number() const noexcept { return copy_.number(); }
  PipeKind kind() const noexcept { return kind_; }

  /// What there is, empty at the end. Errc::canceled if it was stopped before there was any.
  Result<std::string> read(const std::stop_token& stop) const;
  /// How many of the octets were written, at least one.
  Result<std::size_t> write(ByteView bytes, const std::stop_token& stop) const;
  /// What can be written without waiting: a count or a negative errno.
  int write_now(ByteView first, ByteView second) const noexcept;

 private:
  bool wait(short events, const std::stop_token& stop) const noexcept;
  std::size_t most_at_once() const noexcept;

  Descriptor copy_;
  Descriptor bell_;
  bool file_;
  PipeKind kind_;
};

/// Lives on a uv_idle_t, so that it is owned, closed and counted like any other handle.
class ThreadStream final : public StreamBase, private TimerEntry {
 public:
  ThreadStream(LoopImpl& impl,
               std::shared_ptr<const BlockingDescriptor> descriptor,
               Direction direction,
               const char* name,
               Site site) noexcept;

 private:
  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&idle_); }
  void on_closing() noexcept override;

  int transmit(ByteView first, ByteView second) noexcept override;
  int transmit_all(ByteView bytes) noexcept override;
  std::size_t untransmitted() const noexcept override { return unsent_.size(); }
  int transmit_end() noexcept override { return 0; }  // the descriptor stays its owner's
  int receive() noexcept override;
  void abort() noexcept override {}

  bool may_read() noexcept;
  void look_again() noexcept;
  void read_some() noexcept;
  void on_refused(const Error& error) noexcept;
  void end_input() noexcept;
  void on_read(Result<std::string>&& bytes) noexcept;
  void write_some() noexcept;
  void on_wrote(const Result<std::size_t>& count) noexcept;

  uv_idle_t idle_{};
  std::shared_ptr<const BlockingDescriptor> descriptor_;
  LoopCore& core_;
  ByteView unsent_;  // stands in the outbox
  Direction direction_;
  ContinueWatch continued_;
  bool asked_ = false;    // receive() was called, and no input was refused since
  bool refused_ = false;  // the last read was, though not from the background
  Future<void> reading_;
  Future<void> writing_;
};

/// Makes a stream over a descriptor of which `copy` is one more. `name` is for errors.
Result<Stream> stream_in_thread(LoopImpl& impl,
                                Descriptor&& copy,
                                Direction direction,
                                Site site,
                                const char* name = "stream in a thread");

}  // namespace eddy::detail
