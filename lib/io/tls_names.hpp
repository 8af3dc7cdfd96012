// SPDX-License-Identifier: MIT
//
// Names of hosts: what may be one, and what a certificate's name stands for. Private to the TLS
// part of io.
#pragma once

#include <eddy/base/result.hpp>

#include <string>
#include <string_view>

namespace eddy::detail {

/// Whom a client calls.
struct TlsHost {
  std::string name;      // in lower case, without a dot at its end; or an address without its zone
  bool address = false;  // not a name
};

/// Errors: Errc::invalid.
Result<TlsHost> parse_tls_host(std::string_view host);

/// Whether `name`, in lower case, is `pattern` or what its "*." stands for: exactly one label.
bool matches_exactly(std::string_view pattern, std::string_view name) noexcept;
bool matches_wildcard(std::string_view pattern, std::string_view name) noexcept;

/// In lower case, without a dot at its end.
std::string folded_name(std::string_view name);

}  // namespace eddy::detail
