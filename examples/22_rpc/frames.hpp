// SPDX-License-Identifier: MIT
//
// Messages in a stream: each is a frame, four octets that tell its length, the highest first, and
// so many octets.
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/base/result.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace rpc {

/// What stands before a message of `size` octets, which fit into 32 bits.
std::string frame_header(std::size_t size);

/// Cuts what comes into frames. It knows nothing of sockets, so that it can be tested without one.
class FrameReader {
 public:
  static constexpr std::size_t header_size = 4;

  /// @param limit  octets of a frame.
  explicit FrameReader(std::size_t limit) : limit_(limit) {}

  /// Takes what came. Call next() until it has nothing more; then no more than one unfinished frame
  /// is kept.
  void append(eddy::ByteView bytes) { buffer_.append(bytes); }
  /// The next whole frame; nothing if it is not all there yet.
  ///
  /// Errors: Errc::too_large as soon as the length is known, so that nothing is collected for it.
  /// Lifetime: of the view, until the next call of append() or next().
  eddy::Result<std::optional<eddy::ByteView>> next();
  /// Whether a frame has begun and not ended.
  bool unfinished() const noexcept { return buffer_.size() > given_; }

 private:
  std::size_t limit_;
  eddy::Buffer buffer_;
  std::size_t given_ = 0;  // octets at the start that the last call of next() gave away
};

}  // namespace rpc
