// SPDX-License-Identifier: MIT
//
// Status codes with their phrases, and the status lines ready to be sent.
#pragma once

#include <eddy/base/bytes.hpp>

#include <cstdint>

namespace eddy::http {

/// The registered status codes. Any value from 100 to 599 may be cast to it.
enum class Status : std::uint16_t {
  continue_ = 100,
  switching_protocols = 101,
  early_hints = 103,
  ok = 200,
  created = 201,
  accepted = 202,
  non_authoritative = 203,
  no_content = 204,
  reset_content = 205,
  partial_content = 206,
  multiple_choices = 300,
  moved_permanently = 301,
  found = 302,
  see_other = 303,
  not_modified = 304,
  temporary_redirect = 307,
  permanent_redirect = 308,
  bad_request = 400,
  unauthorized = 401,
  payment_required = 402,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  not_acceptable = 406,
  proxy_authentication_required = 407,
  request_timeout = 408,
  conflict = 409,
  gone = 410,
  length_required = 411,
  precondition_failed = 412,
  content_too_large = 413,
  uri_too_long = 414,
  unsupported_media_type = 415,
  range_not_satisfiable = 416,
  expectation_failed = 417,
  misdirected_request = 421,
  unprocessable_content = 422,
  locked = 423,
  failed_dependency = 424,
  too_early = 425,
  upgrade_required = 426,
  precondition_required = 428,
  too_many_requests = 429,
  header_fields_too_large = 431,
  unavailable_for_legal_reasons = 451,
  internal_server_error = 500,
  not_implemented = 501,
  bad_gateway = 502,
  service_unavailable = 503,
  gateway_timeout = 504,
  version_not_supported = 505,
  insufficient_storage = 507,
  network_authentication_required = 511,
};

constexpr unsigned code_of(Status status) noexcept {
  return static_cast<unsigned>(status);
}

/// "Not Found"; empty for a code that is not registered.
EDDY_EXPORT ByteView reason_of(Status status) noexcept;

/// "HTTP/1.1 404 Not Found\r\n". `status` must lie between 100 and 599; one that is not registered
/// has an empty phrase.
EDDY_EXPORT ByteView status_line(Status status) noexcept;

/// True if a message with this status never has a body: 1xx, 204 and 304.
constexpr bool bodiless(Status status) noexcept {
  return code_of(status) < 200 || status == Status::no_content || status == Status::not_modified;
}

/// Why a peer's message is refused: what to answer, and a constant text for the log.
struct Refusal {
  Status status = Status::bad_request;
  const char* reason = "";
};

}  // namespace eddy::http
