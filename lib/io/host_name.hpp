// SPDX-License-Identifier: MIT
//
// What a text in the place of a host is: an IP address, a name that may be asked for, or neither.
//
// Private to io. Strict, for resolvers are not: getaddrinfo() takes "127.1" and "0x7f.1" for
// addresses, cuts names at a NUL and sends control characters to name servers.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/result.hpp>

#include <string>
#include <string_view>

namespace eddy::detail {

/// The longest name that a question to a name server has room for, without the dot at its end.
inline constexpr std::size_t max_host_name = 253;
inline constexpr std::size_t max_label = 63;

/// A host that was read: if `address` is none, `name` is to be looked up.
struct Host {
  Address address{};   // without a port
  std::string name{};  // in lower case; the dot at its end, if there is one, says that it is whole
};

/// Reads `text`. Errors: Errc::invalid; the context quotes it and says what was expected.
Result<Host> read_host(std::string_view text);

/// "resolve example.org": the context of whatever goes wrong with a host.
std::string about_host(std::string_view name);

}  // namespace eddy::detail
