// SPDX-License-Identifier: MIT
//
// What a request head must be beyond its syntax: one framing, one host, one kind of target.
#pragma once

#include "known_fields.hpp"
#include "request_line_scanner.hpp"

#include <eddy/codec/detail/last_authority.hpp>
#include <eddy/codec/http_request_head.hpp>
#include <eddy/codec/http_status.hpp>

namespace eddy::http::detail {

/// Fills `head` - but for its fields - from what was scanned.
///
/// `last` is for the Host of requests before and after this one. Gives true, or false and the
/// reason in `refusal`.
bool apply_request_rules(const RequestLine& line,
                         const KnownFields& known,
                         LastAuthority& last,
                         RequestHead& head,
                         Refusal& refusal) noexcept;

}  // namespace eddy::http::detail
