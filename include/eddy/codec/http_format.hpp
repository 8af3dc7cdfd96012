// SPDX-License-Identifier: MIT
//
// Writes responses and chunks as octets into memory of the caller, such as a cork buffer.
#pragma once

#include <eddy/codec/http_request_head.hpp>
#include <eddy/codec/http_response.hpp>

#include <cstddef>
#include <cstdint>

namespace eddy::http {

/// All that a response's head is made of.
struct ResponseHead {
  Status status = Status::ok;
  ByteView content_type_line;  ///< a whole line, or empty
  ByteView lines;              ///< whole lines, or empty
  /// How the body ends; `none` is: with the connection, which the delivery must then close.
  Framing framing = Framing::length;
  std::uint64_t content_length = 0;  ///< with Framing::length
};

/// What the request and the connection add to it.
struct Delivery {
  ByteView date_line;                ///< of DateLine
  bool head_only = false;            ///< the request's method is HEAD
  bool close = false;                ///< the connection ends after this response
  bool announce_keep_alive = false;  ///< for a client of HTTP/1.0 that asked for it
};

EDDY_EXPORT ResponseHead head_of(const Response& response) noexcept;
/// The octets of the body that go out: none after HEAD or with a status that has no body.
EDDY_EXPORT ByteView body_of(const Response& response, const Delivery& delivery) noexcept;

/// At least as many octets as write_head() writes.
EDDY_EXPORT std::size_t head_room(const ResponseHead& head, const Delivery& delivery) noexcept;

/// Writes a head with its blank line to `at`, which has head_room(), and gives the octet behind it.
///
/// A status that never has a body gets neither Content-Length nor Transfer-Encoding, and 205 says
/// that its body is empty.
EDDY_EXPORT char* write_head(char* at, const ResponseHead& head, const Delivery& delivery) noexcept;

/// The octets that write_chunk_line() needs at most.
inline constexpr std::size_t chunk_line_room = 18;
/// Writes the line before a chunk of `size` octets; `chunk_end` comes behind them. `size` is not 0.
EDDY_EXPORT char* write_chunk_line(char* at, std::uint64_t size) noexcept;
inline constexpr ByteView chunk_end = "\r\n";
/// The last chunk, without trailers.
inline constexpr ByteView last_chunk = "0\r\n\r\n";
/// What a client that expects it is sent before its body.
inline constexpr ByteView continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace eddy::http
