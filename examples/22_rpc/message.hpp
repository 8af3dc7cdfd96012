// SPDX-License-Identifier: MIT
//
// What the two sides say to each other, in MessagePack:
//
//     {"request": {"id": 1, "method": "divide", "params": [6, 3]}}
//     {"response": {"id": 1, "result": 2}}
//     {"response": {"id": 1, "error": {"type": "DivisionByZero", "args": []}}}
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/base/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "failure.hpp"

namespace rpc {

struct Request {
  std::uint64_t id = 0;
  std::string method;
  Json params;
};

/// A result is a result whatever it is: null, 0, "" and [] as well. Only `failure` tells of one.
struct Response {
  std::uint64_t id = 0;
  Json result;
  std::optional<Failure> failure = {};
};

using Message = std::variant<Request, Response>;

/// What a message may cost who reads it.
struct MessageLimits {
  /// Lists in lists. The library descends by recursion, so this bounds the stack.
  std::size_t depth = 32;
  /// Numbers, strings, keys and so on. An octet on the wire may become a hundred in memory.
  std::size_t values = 100'000;
};

std::string encode(const Request& request);
std::string encode(const Response& response);
/// Errors: Errc::too_large for a limit, Errc::protocol for all else that is not a message.
eddy::Result<Message> decode(eddy::ByteView bytes, const MessageLimits& limits = {});

}  // namespace rpc
