// SPDX-License-Identifier: MIT
//
// Between a connection that receives a body and the BodyReader that reads it.
//
// Private to net.
#pragma once

#include <eddy/core/promise.hpp>

#include <optional>
#include <string>

#include "owned_fields.hpp"

namespace eddy::http::detail {

/// Holds octets until they are asked for. The connection keeps the bound: it stops reading.
class BodyPipe {
 public:
  using Chunk = std::optional<std::string>;

  // The connection's side.
  void push(ByteView octets);
  void finish(const Fields& trailers);
  /// The rest will not come.
  void fail(const Error& error);
  std::size_t waiting() const noexcept { return buffer_.size(); }
  bool finished() const noexcept { return state_ != State::open; }

  // The reader's side.
  Future<Chunk> next(Loop& loop);
  /// Whether next() was called and the octets are still to come.
  bool wanted() const noexcept { return reader_ && reader_->wanted(); }
  bool asked() const noexcept { return asked_; }
  Fields trailers() const noexcept { return trailers_.view(); }

 private:
  enum class State : std::uint8_t { open, done, failed };

  Buffer buffer_;
  std::optional<Promise<Chunk>> reader_;
  std::optional<Error> error_;
  OwnedFields trailers_;
  State state_ = State::open;
  bool asked_ = false;
};

}  // namespace eddy::http::detail
