// SPDX-License-Identifier: MIT
//
// How much of anything HTTP a peer may send: every bound of size and number, with its default.
//
// Limits of time belong to the connection, which has a clock; see the net layer.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace eddy::http {

/// Bounds of one HTTP connection. Sizes count octets; line ends are not counted.
struct Limits {
  /// Method, target and version; more is answered with 414. At least 8,000 (RFC 9112, 3).
  std::size_t max_request_line = 8 * 1024;
  /// One field line; more is answered with 431.
  std::size_t max_field = 8 * 1024;
  /// Everything up to the end of the blank line; more is answered with 431.
  std::size_t max_head = 32 * 1024;
  /// Field lines of a head; more is answered with 431.
  std::size_t max_fields = 128;
  /// Line ends before a request line; more is answered with 400.
  std::size_t max_leading_blank_lines = 1;
  /// A body that is collected before its handler runs; more is answered with 413.
  std::uint64_t max_body_in_memory = 1024 * 1024;
  /// One chunk-size line with its extensions; more is answered with 400.
  std::size_t max_chunk_line = 64;
  /// Chunk extensions of one body together; more is answered with 413.
  std::size_t max_chunk_extensions = 4 * 1024;
  /// The trailer section of a body; more is answered with 431.
  std::size_t max_trailers = 8 * 1024;
  /// Field lines of a trailer section; more is answered with 431.
  std::size_t max_trailer_fields = 32;
  /// Requests read and not yet answered; then reading stops.
  std::size_t max_pipelined = 16;
  /// What is still read of a refused body before the connection is reset.
  std::size_t max_drained = 256 * 1024;
};

}  // namespace eddy::http
