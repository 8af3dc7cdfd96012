// SPDX-License-Identifier: MIT
//
// A request with memory of its own, made before a handler runs that may outlive the read.
//
// Private to net.
#pragma once

#include <eddy/net/http_request.hpp>

#include <string>

#include "block_pool.hpp"
#include "owned_fields.hpp"

namespace eddy::http::detail {

/// Head, match, peer, and body in one block of the pool. Freed by release_block().
class RequestBlock {
 public:
  /// What a request is made of, as views.
  struct Parts {
    const RequestHead& head;
    ByteView octets;  // that the head was parsed from
    const RouteMatch& match;
    const Address& peer;
    ByteView body;
  };

  static RequestBlock* make(BlockPool& pool, const Parts& parts);
  RequestBlock(const RequestBlock&) = delete;
  RequestBlock& operator=(const RequestBlock&) = delete;

  const RequestData& data() const noexcept { return data_; }
  const Route& route() const noexcept { return *match_.route; }

  /// Adds octets to a body that comes in pieces.
  void append_body(ByteView octets);
  void set_trailers(const Fields& trailers);

 private:
  friend void release_block(RequestBlock* block) noexcept;

  RequestBlock(BlockPool& pool, std::size_t size, const Parts& parts);
  ~RequestBlock() = default;

  BlockPool& pool_;
  std::size_t size_;
  RequestHead head_;
  RouteMatch match_;
  Address peer_;
  std::string collected_;
  OwnedFields trailers_;
  RequestData data_;
};

}  // namespace eddy::http::detail
