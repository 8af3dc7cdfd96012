// SPDX-License-Identifier: MIT
//
// A response that is sent bit by bit, by a handler that returns Future<void>.
//
// For a body that fits into memory return a Response.
#pragma once

#include <eddy/codec/http_header_lines.hpp>
#include <eddy/codec/http_response.hpp>
#include <eddy/core/future.hpp>

#include <cstdint>
#include <utility>

namespace eddy::http {

namespace detail {
class Exchange;
}

/// Sends one response: start(), then write() as often as needed, then end().
///
/// Without start() the status is 200. What the handler leaves out is done when its Future has its
/// value; its error is answered with 500, or cuts the connection off if octets were sent already.
/// To HTTP/1.1 an unknown length is sent in chunks, to HTTP/1.0 it ends with the connection.
/// Thread: loop.
/// Lifetime: may outlive its connection; writing fails then.
class EDDY_EXPORT ResponseWriter {
 public:
  ResponseWriter(ResponseWriter&& other) noexcept
      : exchange_(std::exchange(other.exchange_, nullptr)) {}
  ResponseWriter& operator=(ResponseWriter&& other) noexcept {
    std::swap(exchange_, other.exchange_);
    return *this;
  }
  ~ResponseWriter();

  /// Sets status and fields; once, and before the first write(). A body in `head` is not sent.
  void start(Response head);
  /// The same for a body of `length` octets; the connection is cut off if they become more or
  /// fewer.
  void start(Response head, std::uint64_t length);

  /// Sends `chunk`, and resolves when more may be written.
  ///
  /// The octets are taken before it returns. Errors: Errc::closed when the connection is gone,
  /// Errc::invalid after end() or beyond the length. Cancel: the octets are sent all the same.
  [[nodiscard]] Future<void> write(ByteView chunk);

  /// Ends the response. Trailers go out if the body is sent in chunks.
  void end(const HeaderLines& trailers = {});

  /// Whether what is written still has somebody to go to.
  bool open() const noexcept;

  /// For the server.
  explicit ResponseWriter(detail::Exchange& exchange) noexcept;

 private:
  detail::Exchange* exchange_;
};

}  // namespace eddy::http
