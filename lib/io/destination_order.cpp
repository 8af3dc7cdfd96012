// SPDX-License-Identifier: MIT
#include "io/destination_order.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "io/socket_name.hpp"
#include "io/system.hpp"

namespace eddy::detail {
namespace {

using Octets = std::array<unsigned char, 16>;

/// An IPv4 address as ::ffff:a.b.c.d.
Octets octets_of(const Address& address) noexcept {
  Octets octets{};
  if (address.ipv6()) {
    sockaddr_in6 name{};
    std::memcpy(&name, address.data(), sizeof name);
    std::memcpy(octets.data(), &name.sin6_addr, octets.size());
  } else if (address.ipv4()) {
    sockaddr_in name{};
    std::memcpy(&name, address.data(), sizeof name);
    octets[10] = octets[11] = 0xff;
    std::memcpy(octets.data() + 12, &name.sin_addr, 4);
  }
  return octets;
}

/// A line of the policy table of RFC 6724, section 2.1.
struct Policy {
  Octets prefix;
  unsigned bits;
  int precedence;
  int label;
};

constexpr Policy policies[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, 50, 0},  // ::1
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 35, 4},         // IPv4
    {{}, 96, 1, 3},                                                  // ::/96
    {{0x20, 0x01}, 32, 5, 5},                                        // Teredo
    {{0x20, 0x02}, 16, 30, 2},                                       // 6to4
    {{0x3f, 0xfe}, 16, 1, 12},                                       // 6bone
    {{0xfe, 0xc0}, 10, 1, 11},                                       // site-local
    {{0xfc}, 7, 3, 13},                                              // unique local
    {{}, 0, 40, 1},                                                  // all others
};

bool has_prefix(const Octets& octets, const Policy& policy) noexcept {
  for (unsigned bit = 0; bit < policy.bits; ++bit) {
    const unsigned mask = 0x80u >> bit % 8;
    if (((octets[bit / 8] ^ policy.prefix[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

const Policy& policy_of(const Address& address) noexcept {
  return *std::find_if(
      std::begin(policies),
      std::end(policies),
      [octets = octets_of(address)](const Policy& policy) { return has_prefix(octets, policy); });
}

enum class Reach { link = 0x2, site = 0x5, global = 0xe };

Reach reach_of(const Address& address) noexcept {
  if (address.loopback() || address.link_local()) return Reach::link;
  const Octets octets = octets_of(address);
  const bool site = octets[0] == 0xfe && (octets[1] & 0xc0) == 0xc0;
  return site ? Reach::site : Reach::global;
}

/// What the kernel would send from. A datagram socket that is connected sends nothing.
Address source_for(const Address& destination) noexcept {
  const Descriptor socket(uninterrupted(
      system_calls->socket, destination.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.number() < 0) return {};
  const Address any_port = destination.with_port(IPPORT_RESERVED);
  const int status = uninterrupted(system_calls->connect,
                                   socket.number(),
                                   static_cast<const sockaddr*>(any_port.data()),
                                   static_cast<socklen_t>(any_port.size()));
  return status < 0 ? Address() : socket_name(socket.number(), &::getsockname);
}

std::vector<Destination> destinations(const std::vector<Address>& addresses) {
  std::vector<Destination> all;
  all.reserve(addresses.size());
  for (const Address& each : addresses)
    all.push_back({each, source_for(each)});
  return all;
}

}  // namespace

bool goes_before(const Destination& a, const Destination& b) noexcept {
  const bool reached_a = static_cast<bool>(a.source);
  if (reached_a != static_cast<bool>(b.source)) return reached_a;  // rule 1
  const bool reach_fits_a = reach_of(a.address) == reach_of(a.source);
  if (reach_fits_a != (reach_of(b.address) == reach_of(b.source))) return reach_fits_a;  // rule 2
  const Policy& policy_a = policy_of(a.address);
  const Policy& policy_b = policy_of(b.address);
  const bool label_fits_a = policy_a.label == policy_of(a.source).label;
  if (label_fits_a != (policy_b.label == policy_of(b.source).label)) return label_fits_a;  // rule 5
  return policy_a.precedence > policy_b.precedence;                                        // rule 6
}

std::vector<Address> in_order(const std::vector<Address>& ipv6, const std::vector<Address>& ipv4) {
  if (ipv4.empty()) return ipv6;
  if (ipv6.empty()) return ipv4;
  const std::vector<Destination> six = destinations(ipv6);
  const std::vector<Destination> four = destinations(ipv4);
  std::vector<Destination> merged;
  std::merge(
      six.begin(), six.end(), four.begin(), four.end(), std::back_inserter(merged), &goes_before);
  std::vector<Address> order;
  order.reserve(merged.size());
  for (const Destination& each : merged)
    order.push_back(each.address);
  return order;
}

}  // namespace eddy::detail
