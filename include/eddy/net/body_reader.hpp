// SPDX-License-Identifier: MIT
//
// A request's body, read bit by bit by a handler that asked for it.
//
// For bodies that fit into memory let the server collect them: Request::body().
#pragma once

#include <eddy/codec/http_fields.hpp>
#include <eddy/core/future.hpp>

#include <optional>
#include <string>
#include <utility>

namespace eddy::http {

namespace detail {
class Exchange;
}

/// The octets of one request's body, in order. What nobody reads stays with the client.
///
/// Thread: loop.
/// Lifetime: may outlive its connection; reading fails then.
class EDDY_EXPORT BodyReader {
 public:
  BodyReader(BodyReader&& other) noexcept : exchange_(std::exchange(other.exchange_, nullptr)) {}
  BodyReader& operator=(BodyReader&& other) noexcept {
    std::swap(exchange_, other.exchange_);
    return *this;
  }
  ~BodyReader();

  /// The next octets, at least one, or nothing at the end of the body. One read at a time.
  ///
  /// The first call lets a client go on that waits for "100 Continue".
  /// Errors: Errc::closed when the connection is gone, Errc::invalid for a second read meanwhile.
  /// Cancel: total; no octet is lost.
  [[nodiscard]] Future<std::optional<std::string>> next();

  /// The fields behind a chunked body, once next() gave nothing.
  ///
  /// Lifetime: that of the reader.
  Fields trailers() const noexcept;

  /// For the server.
  explicit BodyReader(detail::Exchange& exchange) noexcept;

 private:
  detail::Exchange* exchange_;
};

}  // namespace eddy::http
