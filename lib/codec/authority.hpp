// SPDX-License-Identifier: MIT
//
// The rule for `uri-host [ ":" port ]`, in Host and in a request target.
#pragma once

#include <eddy/base/bytes.hpp>

namespace eddy::http::detail {

/// True for a name, an IPv4 address or an IPv6 address in brackets, with or without a port.
///
/// No user information, no zone identifier, no empty host; a port is at most 65535 and may be
/// empty.
bool valid_authority(ByteView text) noexcept;

}  // namespace eddy::http::detail
