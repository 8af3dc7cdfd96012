// SPDX-License-Identifier: MIT
//
// In which order the addresses of both families are tried: RFC 6724, section 6.
//
// Private to io. For back ends that ask for the families apart: each answer is in order already, so
// that only the rules that may tell an IPv6 address from an IPv4 one are here: 1, 2, 5 and 6.
#pragma once

#include <eddy/base/address.hpp>

#include <vector>

namespace eddy::detail {

/// An address to connect to, and the one that a connection would come from.
struct Destination {
  Address address;
  Address source;  // no address: there is no way to it
};

/// Whether `a` is to be tried before `b`; false if no rule tells them apart.
bool goes_before(const Destination& a, const Destination& b) noexcept;

/// Both lists in one, each in its order; what no rule tells apart begins with IPv6.
std::vector<Address> in_order(const std::vector<Address>& ipv6, const std::vector<Address>& ipv4);

}  // namespace eddy::detail
