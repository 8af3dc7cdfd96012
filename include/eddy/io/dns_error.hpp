// SPDX-License-Identifier: MIT
//
// Why a host name did not become an address.
//
// The codes of io/resolver.hpp, alike whichever back end gave them. A name that is malformed is
// Errc::invalid, a limit of time Errc::timed_out, a full queue Errc::overloaded.
#pragma once

#include <eddy/base/error.hpp>

namespace eddy {

/// What a name server, or the system, said about a name.
enum class DnsErrc {
  no_such_host = 1,   ///< the name does not exist
  no_address,         ///< the name exists, but has no address of the family that was asked for
  temporary_failure,  ///< no name server had an answer, or would give one; `retryable`
  server_failure,  ///< the answer makes no sense, or the system says that there never will be one
};

EDDY_EXPORT const std::error_category& dns_category() noexcept;
inline std::error_code make_error_code(DnsErrc code) noexcept {
  return {static_cast<int>(code), dns_category()};
}

}  // namespace eddy

template <>
struct std::is_error_code_enum<eddy::DnsErrc> : std::true_type {};
