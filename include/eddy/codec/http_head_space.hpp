// SPDX-License-Identifier: MIT
//
// Room for the result of parsing one head.
#pragma once

#include <eddy/codec/detail/last_authority.hpp>
#include <eddy/codec/http_limits.hpp>
#include <eddy/codec/http_request_head.hpp>

#include <memory>

namespace eddy::http {

/// What RequestParser::feed() fills: a head and its fields. The only allocation is its making.
///
/// One serves all connections of a loop, since a head is used, or copied, before the next feed().
/// Thread: one at a time.
class EDDY_EXPORT HeadSpace {
 public:
  explicit HeadSpace(const Limits& limits)
      : fields_(std::make_unique<Field[]>(limits.max_fields)), capacity_(limits.max_fields) {}

  /// The head that the last feed() completed.
  const RequestHead& head() const noexcept { return head_; }
  RequestHead& head() noexcept { return head_; }

  Field* fields() noexcept { return fields_.get(); }
  std::size_t capacity() const noexcept { return capacity_; }
  detail::LastAuthority& last_authority() noexcept { return last_authority_; }

 private:
  RequestHead head_;
  std::unique_ptr<Field[]> fields_;
  std::size_t capacity_;
  detail::LastAuthority last_authority_;
};

}  // namespace eddy::http
