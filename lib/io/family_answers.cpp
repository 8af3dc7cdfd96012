// SPDX-License-Identifier: MIT
#include "io/family_answers.hpp"

#include <algorithm>
#include <utility>

#include "io/destination_order.hpp"

namespace eddy::detail {
namespace {

/// That there is no address of a family says least, and a server that takes all names for unknown
/// of which it has no such address is not rare. Anything else may have hidden an address.
int weight(const Error& failure) noexcept {
  if (failure == DnsErrc::no_address) return 0;
  return failure == DnsErrc::no_such_host ? 1 : 2;
}

std::optional<Duration> shorter(std::optional<Duration> a, std::optional<Duration> b) noexcept {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

Result<ResolveAnswer> together(Result<ResolveAnswer>&& ipv6, Result<ResolveAnswer>&& ipv4) {
  if (!ipv6 && !ipv4) {
    return weight(ipv6.error()) > weight(ipv4.error()) ? std::move(ipv6) : std::move(ipv4);
  }
  if (!ipv4) return std::move(ipv6);
  if (!ipv6) return std::move(ipv4);
  return ResolveAnswer{.addresses = in_order(ipv6->addresses, ipv4->addresses),
                       .ttl = shorter(ipv6->ttl, ipv4->ttl)};
}

bool tells_of_nothing(const Error& failure) noexcept {
  return failure == DnsErrc::no_such_host || failure == DnsErrc::no_address;
}

}  // namespace eddy::detail
