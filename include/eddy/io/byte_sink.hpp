// SPDX-License-Identifier: MIT
//
// Where the octets of a stream go, by push: the interface for protocols.
//
// People who write applications usually pull instead: Stream::read(), read_line() and so on.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/base/error.hpp>

namespace eddy {

/// Takes what a Stream receives; see Stream::start().
///
/// Each of these may write to the stream, pause, close or destroy it, and destroy the sink.
/// Thread: loop.
class EDDY_EXPORT ByteSink {
 public:
  virtual ~ByteSink() = default;

  /// Octets came. `bytes` is never empty, dies on return, and is not offered twice.
  virtual void on_bytes(ByteView bytes) noexcept = 0;
  /// The peer has sent all it had to send. Writing may go on.
  virtual void on_end() noexcept = 0;
  /// The stream is dead: reset by the peer, a failed write, a limit. The last call, and the only
  /// one of its kind; not made for what the owner does himself (close, reset, destroy).
  virtual void on_error(const Error& error) noexcept = 0;
  /// The stream was congested and no longer is; see WaterMarks.
  virtual void on_drained() noexcept {}
};

}  // namespace eddy
