// SPDX-License-Identifier: MIT
//
// A response that a handler sends bit by bit: what it said, and how that goes out.
//
// Private to net. Until it is this response's turn everything is kept; then it goes to the stream.
#pragma once

#include <eddy/codec/http_format.hpp>
#include <eddy/codec/http_response.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/io/stream.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace eddy::http::detail {

/// The state of one streamed response.
class ResponsePipe {
 public:
  // The handler's side. None of them sends anything.
  void set_head(Response&& head, std::optional<std::uint64_t> length);
  bool has_head() const noexcept { return head_.has_value(); }
  /// Whether `more` octets may still be written.
  bool takes(std::size_t more) const noexcept;
  /// The handler wrote so much.
  void note(std::size_t count) noexcept { counted_ += count; }
  /// Keeps octets for later.
  void keep(ByteView octets) { kept_.append(octets); }
  void end(ByteView trailers);
  bool ended() const noexcept { return ended_; }
  /// Resolves with release_writers() or fail().
  Future<void> wait(Loop& loop);

  // The connection's side.
  bool head_sent() const noexcept { return head_sent_; }
  /// Whether the body can only end with the connection.
  bool ends_with_connection(bool http_1_0) const noexcept;
  const Response& head() const noexcept { return *head_; }
  void send_head(Stream& stream, Delivery delivery, bool http_1_0);
  /// Sends octets after the head.
  void send(Stream& stream, ByteView octets);
  /// Sends what was kept, and the end if that is known.
  void send_kept(Stream& stream);
  std::size_t kept() const noexcept { return kept_.size(); }
  /// Whether a declared length was missed.
  bool short_of_length() const noexcept { return ended_ && length_ && counted_ != *length_; }
  void release_writers();
  void fail_writers(const Error& error);

 private:
  std::optional<Response> head_;
  std::optional<std::uint64_t> length_;
  std::uint64_t counted_ = 0;  // octets that the handler wrote
  std::string kept_;
  std::string trailers_;
  std::vector<Promise<void>> writers_;
  Framing framing_ = Framing::none;
  bool bodiless_ = false;
  bool head_sent_ = false;
  bool ended_ = false;
  bool end_sent_ = false;
};

}  // namespace eddy::http::detail
