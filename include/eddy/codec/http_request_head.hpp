// SPDX-License-Identifier: MIT
//
// The head of a request as RequestParser understood it: views, and the facts that rule what
// follows.
#pragma once

#include <eddy/codec/http_fields.hpp>
#include <eddy/codec/http_method.hpp>

#include <cstddef>
#include <cstdint>

namespace eddy::http {

enum class Version : std::uint8_t { http_1_0, http_1_1 };

/// How the end of a body is found.
enum class Framing : std::uint8_t { none, length, chunked };

/// One request's head.
///
/// Lifetime: the views point into the octets that were parsed, the fields into the HeadSpace; see
/// copy_head() to keep one.
struct RequestHead {
  Method method = Method::other;
  Version version = Version::http_1_1;
  Framing framing = Framing::none;
  bool keep_alive = true;        ///< the client allows another request on the connection
  bool expect_continue = false;  ///< the client waits for "100 Continue" before it sends the body
  std::uint64_t content_length = 0;  ///< with Framing::length
  ByteView method_name;              ///< as sent; the only name of Method::other
  ByteView target;                   ///< as sent
  ByteView path;                     ///< "/..." still percent-encoded, or "*"
  ByteView query;                    ///< what follows `?`, still percent-encoded
  ByteView authority;  ///< host and port: the target's, else Host's; may be empty in 1.0
  ByteView upgrade;    ///< the protocols that the client offers to switch to
  Fields fields;
};

/// The octets that copy_head() needs for `head`, which was parsed from `octets`.
EDDY_EXPORT std::size_t copy_size(const RequestHead& head, ByteView octets) noexcept;

/// Copies a head, its fields and the octets it was parsed from into `room`.
///
/// `room` has copy_size() octets and is aligned as malloc does it.
/// Lifetime: the result lives in `room` and nowhere else.
EDDY_EXPORT RequestHead copy_head(const RequestHead& head, ByteView octets, void* room) noexcept;

}  // namespace eddy::http
