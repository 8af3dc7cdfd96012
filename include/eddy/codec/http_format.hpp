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

inline ResponseHead head_of(const Response& response) noexcept {
  return {response.status(),
          response.content_type_line(),
          response.lines(),
          Framing::length,
          response.body().size()};
}
/// The octets of the body that go out: none after HEAD or with a status that has no body.
inline ByteView body_of(const Response& response, const Delivery& delivery) noexcept {
  const bool none = delivery.head_only || bodiless(response.status()) ||
                    response.status() == Status::reset_content;
  return none ? ByteView() : response.body();
}

/// At least as many octets as write_head() writes.
inline std::size_t head_room(const ResponseHead& head, const Delivery& delivery) noexcept {
  constexpr std::size_t room_of_the_rest = 192;  // status line, framing, Connection, blank line
  return delivery.date_line.size() + head.content_type_line.size() + head.lines.size() +
         room_of_the_rest;
}

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
