// SPDX-License-Identifier: MIT
//
// What two answers about a name say together, of which one is about IPv6 and one about IPv4.
//
// Private to io.
#pragma once

#include "io/resolve_backend.hpp"

namespace eddy::detail {

/// All addresses, best first, for as long as both answers hold. A failure counts only if the other
/// is one too: then that which says more.
Result<ResolveAnswer> together(Result<ResolveAnswer>&& ipv6, Result<ResolveAnswer>&& ipv4);

/// Whether the name servers have told that there is nothing, which they will tell again.
bool tells_of_nothing(const Error& failure) noexcept;

}  // namespace eddy::detail
