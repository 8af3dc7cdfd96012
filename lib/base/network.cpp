// SPDX-License-Identifier: MIT
#include <eddy/base/network.hpp>

#include "escape.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace eddy {
namespace {

constexpr unsigned mapped_bits = 96;  // ::ffff:0:0/96 is where IPv4 lies in IPv6

/// The sixteen octets of an address of either family; false if it is of another.
bool octets_of(const Address& address, unsigned char* octets) noexcept {
  if (address.ipv6()) {
    sockaddr_in6 from{};
    std::memcpy(&from, address.data(), sizeof from);
    std::memcpy(octets, &from.sin6_addr, 16);
    return true;
  }
  if (!address.ipv4()) return false;
  sockaddr_in from{};
  std::memcpy(&from, address.data(), sizeof from);
  octets[10] = octets[11] = 0xff;
  std::memcpy(octets + 12, &from.sin_addr, 4);
  return true;
}

/// Of an address, or of a network: beyond its prefix that has no bits, so that it begins so only if
/// the prefix has mapped_bits at least.
bool is_mapped(const unsigned char* octets) noexcept {
  constexpr unsigned char start[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(octets, start, sizeof start) == 0;
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  const detail::NetworkParts parts = detail::parse_network(text);
  if (parts.problem == nullptr) return Network(parts);
  return Error(Errc::invalid, "network " + detail::quoted(text) + ": " + parts.problem);
}

bool Network::contains(const Address& address) const noexcept {
  unsigned char octets[16] = {};
  if (!octets_of(address, octets)) return false;
  // "::/0" means IPv6: whoever comes over IPv4 has no address there.
  if (is_mapped(octets) && !is_mapped(octets_)) return false;
  const unsigned whole = prefix_ / 8;
  const unsigned rest = prefix_ % 8;
  if (std::memcmp(octets, octets_, whole) != 0) return false;
  return rest == 0 || (octets[whole] ^ octets_[whole]) >> (8 - rest) == 0;
}

std::string Network::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  const bool ipv4 = is_mapped(octets_);
  inet_ntop(ipv4 ? AF_INET : AF_INET6, octets_ + (ipv4 ? 12 : 0), text, sizeof text);
  return text + ("/" + std::to_string(prefix_ - (ipv4 ? mapped_bits : 0)));
}

bool operator==(const Network& a, const Network& b) noexcept {
  return a.prefix_ == b.prefix_ && std::equal(a.octets_, a.octets_ + 16, b.octets_);
}

bool is_in(std::span<const Network> networks, const Address& address) noexcept {
  return std::any_of(networks.begin(), networks.end(), [&address](const Network& network) {
    return network.contains(address);
  });
}

}  // namespace eddy
