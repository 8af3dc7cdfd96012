// SPDX-License-Identifier: MIT
//
// The addresses of a socket's two ends, and what is missing in one. Private to io.
#pragma once

#include <eddy/base/address.hpp>

#include <sys/socket.h>

namespace eddy::detail {

/// What getsockname() or getpeername() tells of `descriptor`; no address if it fails.
inline Address socket_name(int descriptor, int (*ask)(int, sockaddr*, socklen_t*)) noexcept {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* raw = reinterpret_cast<sockaddr*>(&storage);  // NOLINT: what the kernel fills
  if (descriptor < 0 || ask(descriptor, raw, &size) != 0) return {};
  return Address::from_sockaddr(&storage, size);
}

/// Whether the kernel will refuse `address`, for it is on every link and does not say on which.
inline bool needs_scope(const Address& address) noexcept {
  return address.ipv6() && address.link_local() && address.scope() == 0;
}
inline constexpr const char* scope_missing =
    "a link-local address needs its interface, as in [fe80::1%eth0]:80";

}  // namespace eddy::detail
