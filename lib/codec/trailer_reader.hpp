// SPDX-License-Identifier: MIT
//
// Collects the trailer section of a chunked body.
#pragma once

#include "field_scanner.hpp"

#include <eddy/codec/http_limits.hpp>

#include <string>
#include <vector>

namespace eddy::http::detail {

class TrailerReader {
 public:
  explicit TrailerReader(const Limits& limits);

  /// Takes what belongs to the section from `bytes` and says in `consumed` how much that was.
  Scan read(ByteView bytes, std::size_t& consumed);

  const Refusal& refusal() const noexcept { return refusal_; }
  Fields fields() const noexcept { return {fields_.data(), count_}; }

 private:
  Scan scan(std::size_t& size) noexcept;
  void drop_forbidden() noexcept;

  FieldBounds bounds_;
  std::string octets_;
  std::vector<Field> fields_;
  std::size_t count_ = 0;
  HeadCursor cursor_;
  Refusal refusal_;
};

}  // namespace eddy::http::detail
