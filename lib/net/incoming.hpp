// SPDX-License-Identifier: MIT
//
// A request whose body is still on its way. Private to net.
#pragma once

#include <eddy/codec/http_body.hpp>

#include <cstdint>

#include "exchange.hpp"
#include "request_block.hpp"

namespace eddy::http::detail {

/// Where the octets of a body go.
enum class BodyUse : std::uint8_t {
  collect,  ///< into the request, whose handler waits
  stream,   ///< to the handler that runs
  discard,  ///< nowhere: the answer is known
};

/// The state of one body. Exists only while a body is read that did not come with its head.
class Incoming {
 public:
  Incoming(const RequestHead& head, const Limits& limits, std::uint64_t max_body, BodyUse purpose)
      : decoder(head, limits, max_body),
        declared(head.framing == Framing::length ? head.content_length : 0),
        wants_continue(head.expect_continue),
        use(purpose) {}
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  ~Incoming() {
    if (block != nullptr) release_block(block);
    if (exchange != nullptr) exchange->release();
  }

  void attach(Exchange& reader) noexcept {
    reader.retain();
    exchange = &reader;
  }
  /// From here on the octets only have to be passed over.
  void discard_rest() noexcept {
    if (exchange != nullptr) std::exchange(exchange, nullptr)->release();
    use = BodyUse::discard;
  }
  /// The octets that are still to come, as far as they were declared.
  std::uint64_t announced() const noexcept {
    return declared > decoder.received() ? declared - decoder.received() : 0;
  }

  BodyDecoder decoder;
  std::uint64_t declared;
  std::uint64_t discarded = 0;
  Turn turn;
  RequestBlock* block = nullptr;  // with BodyUse::collect
  Exchange* exchange = nullptr;   // with BodyUse::stream
  bool wants_continue;            // the client waits for "100 Continue"
  BodyUse use;
};

}  // namespace eddy::http::detail
