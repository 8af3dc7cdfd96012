// SPDX-License-Identifier: MIT
//
// Two ways of octets, to a peer and from it: TCP, Unix sockets, in-memory pairs, TLS over those.
//
// Reading is by push (start() with a ByteSink) or by pull (read() and its like, which return
// Futures); one at a time. Writing never waits: octets are collected and leave in one system call
// when the running callback is over; drain() tells when the peer has caught up. To get a stream see
// io/connect.hpp, io/listener.hpp and io/duplex.hpp.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/base/clock.hpp>
#include <eddy/core/future.hpp>
#include <eddy/io/byte_sink.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace eddy {

namespace detail {
class StreamBase;
}

/// How many octets may wait to be sent.
struct WaterMarks {
  std::size_t high = 256 * 1024;        ///< above it the stream is congested
  std::size_t low = 64 * 1024;          ///< and no longer, once no more than so many wait
  std::size_t hard = 16 * 1024 * 1024;  ///< above it the stream is reset: Errc::overloaded
};

/// What a stream has counted.
struct StreamStatistic {
  std::uint64_t bytes_in = 0;       ///< received
  std::uint64_t bytes_out = 0;      ///< given to the kernel
  std::uint64_t bytes_refused = 0;  ///< written when the stream was no longer open for it
};

/// A stream of octets in both directions.
///
/// One pointer, move-only. An empty one (default-constructed, moved from) can only be assigned,
/// destroyed, and asked whether it is open().
/// Thread: loop.
/// Lifetime: closed by its destructor; may outlive its loop and is closed then. May be destroyed in
/// any callback, its own included.
class EDDY_EXPORT Stream {
 public:
  /// The most that writable() can be asked for, and what is collected before it is sent.
  static constexpr std::size_t cork_size = 64 * 1024;
  /// So much is kept for a reader who is not reading; then the kernel keeps it.
  static constexpr std::size_t read_ahead = 64 * 1024;

  Stream() noexcept = default;
  Stream(Stream&& other) noexcept : base_(std::exchange(other.base_, nullptr)) {}
  Stream& operator=(Stream&& other) noexcept;
  /// As close().
  ~Stream();

  // Push.

  /// Gives everything received to `sink`, first what is there already, in a later turn.
  ///
  /// No read may be waiting. A stream that is closed stays silent.
  /// Lifetime: `sink` must live until stop(), on_error() or the end of the stream.
  void start(ByteSink& sink);
  /// Forgets the sink; what comes from now on waits for the next reader.
  void stop() noexcept;
  /// No on_bytes() and on_end() until resume(). What the peer sends waits in the kernel, so that
  /// the peer waits too. Errors are still told when they are noticed.
  void pause() noexcept;
  void resume() noexcept;

  // Pull. One read at a time: another fails with Errc::invalid. After the peer's last octet reads
  // fail with Errc::end_of_stream, after a failure with that error, after close() with
  // Errc::closed; what was received before is given first.

  /// Resolves to one octet or more, as they come, at most `max`, which is not 0.
  /// Cancel: total; what comes stays for the next read.
  [[nodiscard]] Future<std::string> read(std::size_t max = 64 * 1024, Site site = EDDY_HERE);
  /// Resolves to exactly `count` octets.
  ///
  /// If the stream ends before, what came stays and can be read.
  /// Cancel: total.
  [[nodiscard]] Future<std::string> read_exactly(std::size_t count, Site site = EDDY_HERE);
  /// Resolves to the octets up to and including `delimiter`, which is not empty.
  ///
  /// Errors: Errc::too_large if there is none within `limit` octets; nothing is consumed then.
  /// Cancel: total.
  [[nodiscard]] Future<std::string> read_until(std::string_view delimiter,
                                               std::size_t limit = 64 * 1024,
                                               Site site = EDDY_HERE);
  /// Resolves to a line without its "\n" or "\r\n"; the last one may lack it.
  ///
  /// Errors: Errc::too_large if the line is longer than `limit`; nothing is consumed then.
  /// Cancel: total.
  [[nodiscard]] Future<std::string> read_line(std::size_t limit = 8 * 1024, Site site = EDDY_HERE);

  // Writing.

  /// Sends `bytes` after all that was written before.
  ///
  /// They leave when the running callback is over, or at once if they are many; outside a callback
  /// when the loop next runs. What the kernel refuses is copied and sent as the peer reads. Does
  /// nothing but count if the stream is not open for writing, as after shutdown(); if it has
  /// failed, shutdown() and drain() tell why. Errors: through on_error(), the waiting read,
  /// drain(), shutdown(), or else the next of them.
  void write(ByteView bytes);
  /// Room for `at_least` octets (at most cork_size) at the end of what was written, to be filled
  /// directly; then wrote() says how many. Empty if the stream is not open for writing.
  ///
  /// Lifetime: until the next call on any stream of the loop, and no longer than the callback.
  [[nodiscard]] std::span<char> writable(std::size_t at_least);
  void wrote(std::size_t count) noexcept;

  /// Sends what was written now instead of when the running callback is over; true if all of it
  /// has left. Not needed for octets to be sent: for a program that is about to close, or to block.
  /// Errors: as those of write(), when the callback is over.
  bool flush() noexcept;

  /// How many octets were written and not yet taken by the kernel.
  std::size_t queued() const noexcept;
  /// True from when more than WaterMarks::high are queued until no more than WaterMarks::low are.
  bool congested() const noexcept;
  /// Resolves when the stream is not congested; at once if it is not.
  /// Cancel: total.
  [[nodiscard]] Future<void> drain(Site site = EDDY_HERE);
  /// Sends what is queued, then the end of the stream (half-close). Reading may go on.
  ///
  /// Resolves when the kernel has all of it; what is written from now on is refused.
  /// Cancel: partial; the stream ends anyway.
  [[nodiscard]] Future<void> shutdown(Site site = EDDY_HERE);

  /// Closes: one last try to send what is queued, then the rest is discarded. Waiting futures fail
  /// with Errc::closed; the sink hears nothing. Closing twice is the same as once.
  void close() noexcept;
  /// Closes without sending what is queued; a TCP peer gets a reset.
  void reset() noexcept;

  /// Kills the stream with Errc::timed_out once no octet went either way for so long; zero: never.
  /// The peer sees the end, or a reset if it did not take all.
  void set_idle_limit(Duration limit) noexcept;
  /// Kills the stream with Errc::timed_out once queued octets have made no progress for so long (up
  /// to a quarter later); zero: never.
  void set_write_limit(Duration limit) noexcept;
  void set_water_marks(const WaterMarks& marks) noexcept;

  /// False if it is empty, closed, dead, or its loop is gone. The end of the peer's sending and
  /// shutdown() leave it open.
  bool open() const noexcept;
  /// The loop it lives on; not to be asked of a stream that is closed.
  Loop& loop() const noexcept;
  const StreamStatistic& statistic() const noexcept;

 protected:
  explicit Stream(detail::StreamBase* base) noexcept : base_(base) {}
  detail::StreamBase* base() const noexcept { return base_; }

 private:
  friend class detail::StreamBase;

  detail::StreamBase& checked() const noexcept;

  detail::StreamBase* base_ = nullptr;
};

}  // namespace eddy
