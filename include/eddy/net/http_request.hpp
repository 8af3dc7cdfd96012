// SPDX-License-Identifier: MIT
//
// What a handler is given: a request with its path parameters and, if it was read, its body.
//
// See net/routes.hpp for the forms of handlers.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/codec/http_request_head.hpp>
#include <eddy/codec/url.hpp>
#include <eddy/net/detail/route_match.hpp>

#include <string>
#include <utility>

namespace eddy::http {

namespace detail {

/// All that a Request shows; its owner is the connection's stack, or a RequestBlock.
struct RequestData {
  const RequestHead* head = nullptr;
  const RouteMatch* match = nullptr;
  const Address* peer = nullptr;
  ByteView body;
  Fields trailers;
};

class RequestBlock;
EDDY_EXPORT void release_block(RequestBlock* block) noexcept;

}  // namespace detail

/// A request, as views.
///
/// A handler that returns a Response sees the octets where they were read. One that returns a
/// Future is given a Request of its own, with a copy of all, which it may keep.
/// Thread: loop.
/// Lifetime: views die with the Request, or when a handler that was given a reference returns.
class EDDY_EXPORT Request {
 public:
  Request(Request&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), block_(std::exchange(other.block_, nullptr)) {}
  Request& operator=(Request&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(block_, other.block_);
    return *this;
  }
  ~Request() {
    if (block_ != nullptr) detail::release_block(block_);
  }

  Method method() const noexcept { return data_->head->method; }
  ByteView method_name() const noexcept { return data_->head->method_name; }
  Version version() const noexcept { return data_->head->version; }
  /// Still percent-encoded, without the query.
  ByteView path() const noexcept { return data_->head->path; }
  url::Query query() const noexcept { return url::Query(data_->head->query); }
  /// The host and port that the client asked for; may be empty in HTTP/1.0.
  ByteView authority() const noexcept { return data_->head->authority; }
  /// The whole head, as it was parsed.
  const RequestHead& head() const noexcept { return *data_->head; }

  const Fields& fields() const noexcept { return data_->head->fields; }
  /// The value of the first field of this name, or `fallback`.
  ByteView header(ByteView name, ByteView fallback = {}) const noexcept {
    return fields().value(name, fallback);
  }

  /// What stood in the place of `{name}`, decoded; empty if the route has no such parameter.
  std::string parameter(ByteView name) const;
  /// The same, still percent-encoded; allocates nothing.
  ByteView raw_parameter(ByteView name) const noexcept;

  /// The body; empty if the handler reads it through a BodyReader.
  ByteView body() const noexcept { return data_->body; }
  /// The fields behind a chunked body.
  const Fields& trailers() const noexcept { return data_->trailers; }

  /// Who sent it; no address if the connection has none.
  const Address& peer() const noexcept { return *data_->peer; }

  /// For the server: shows `data`, owned by `block` if there is one.
  explicit Request(const detail::RequestData& data, detail::RequestBlock* block = nullptr) noexcept
      : data_(&data), block_(block) {}

 private:
  const detail::RequestData* data_;
  detail::RequestBlock* block_;
};

}  // namespace eddy::http
