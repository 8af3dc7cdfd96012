// SPDX-License-Identifier: MIT
//
// Every bound of an HTTP server: sizes and numbers (codec/http_limits.hpp), and times.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/codec/http_limits.hpp>

#include <cstddef>
#include <cstdint>

namespace eddy::http {

/// What a peer may take of a server: octets, and time. A time of zero means no limit.
///
/// Times are kept by the loop's wheel: they pass up to a quarter of a second late, never early.
struct ServerLimits {
  Limits sizes = {};
  /// From a head's first octet to its last; then 408.
  Duration head = std::chrono::seconds(10);
  /// From the accept to the end of the first head; silence that long is closed without a word.
  Duration first_head = std::chrono::seconds(20);
  /// For a body that is collected in memory; then 408.
  Duration body = std::chrono::seconds(300);
  /// For each next octet of a body that is streamed; then 408.
  Duration body_progress = std::chrono::seconds(15);
  /// Between a response and the next request; then the connection is closed without a word.
  Duration idle = std::chrono::seconds(15);
  /// A client that takes nothing of its response for so long is reset.
  Duration write_stall = std::chrono::seconds(30);
  /// After a refusal the client may still send for so long, for its octets must not destroy the
  /// answer on its way; also the time for a body that nobody reads.
  Duration linger = std::chrono::seconds(2);
  /// When the server stops, a connection that came or was answered less than this ago may still
  /// ask, for its request is probably on the way; all that are idle for longer are closed at once.
  Duration last_call = std::chrono::milliseconds(100);
  /// Running requests have so long when the server stops; then they are reset.
  Duration stop = std::chrono::seconds(30);
  /// Octets of a streamed body that wait for their reader; then reading stops.
  std::size_t max_body_waiting = 64 * 1024;
  /// Requests of one connection; the last is answered with `Connection: close`. Zero: any number.
  std::uint32_t max_requests = 0;
};

}  // namespace eddy::http
