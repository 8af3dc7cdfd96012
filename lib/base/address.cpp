// SPDX-License-Identifier: MIT
#include <eddy/base/address.hpp>

#include "escape.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace eddy {
namespace {

/// The first twelve octets of ::ffff:1.2.3.4.
constexpr unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Error invalid_address(std::string_view text, std::string_view problem) {
  return {Errc::invalid, "address " + detail::quoted(text) + ": " + std::string(problem)};
}

std::uint32_t interface_index(std::string_view name) {
  return if_nametoindex(std::string(name).c_str());
}

std::string interface_name(std::uint32_t index) {
  char name[IF_NAMESIZE];
  return if_indextoname(index, name) != nullptr ? std::string(name) : std::to_string(index);
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  const detail::AddressParts parts = detail::parse_address(text);
  if (parts.problem != nullptr) return invalid_address(text, parts.problem);
  Result<Address> address = of_parts(parts);
  if (!address) return invalid_address(text, address.error().context());
  return address;
}

Result<Address> Address::of_parts(const detail::AddressParts& parts) {
  if (parts.scope_name.empty()) return Address(parts);
  detail::AddressParts found = parts;
  found.scope = interface_index(parts.scope_name);
  if (found.scope == 0) return Error(Errc::invalid, "there is no such network interface");
  return Address(found);
}

Address Address::from_sockaddr(const void* data, std::size_t size) noexcept {
  static_assert(family_local == AF_UNIX && family_ipv4 == AF_INET && family_ipv6 == AF_INET6);
  static_assert(ipv4_size == sizeof(sockaddr_in) && ipv6_size == sizeof(sockaddr_in6));
  static_assert(port_at == offsetof(sockaddr_in, sin_port));
  static_assert(port_at == offsetof(sockaddr_in6, sin6_port));
  static_assert(ipv4_at == offsetof(sockaddr_in, sin_addr));
  static_assert(ipv6_at == offsetof(sockaddr_in6, sin6_addr));
  static_assert(scope_at == offsetof(sockaddr_in6, sin6_scope_id));
  static_assert(path_at == offsetof(sockaddr_un, sun_path) && local_size <= sizeof(sockaddr_un));

  Address address;
  if (data == nullptr || size < path_at) return address;
  sockaddr_storage from{};  // a copy, for `data` may be aligned as octets are
  std::memcpy(&from, data, std::min(size, sizeof from));
  const char* octets = static_cast<const char*>(data);
  if (from.ss_family == AF_INET && size >= ipv4_size) {
    address.start(Kind::ipv4, family_ipv4, ipv4_size);
    std::copy_n(octets + port_at, 6, address.octets_ + port_at);
  } else if (from.ss_family == AF_INET6 && size >= ipv6_size) {
    address.start(Kind::ipv6, family_ipv6, ipv6_size);
    std::copy_n(octets + port_at, 2, address.octets_ + port_at);
    std::copy_n(octets + ipv6_at, 20, address.octets_ + ipv6_at);
  } else if (from.ss_family == AF_UNIX) {
    std::size_t length = std::min(size - path_at, local_size - path_at);
    bool path = length > 0 && octets[path_at] != '\0';
    if (path) length = std::min(strnlen(octets + path_at, length), local_size - path_at - 1);
    address.start(Kind::local, family_local, path_at + length + (path ? 1 : 0));
    std::copy_n(octets + path_at, length, address.octets_ + path_at);
  }
  return address;
}

int Address::family() const noexcept {
  switch (kind_) {
    case Kind::none:
      return AF_UNSPEC;
    case Kind::ipv4:
      return AF_INET;
    case Kind::ipv6:
      return AF_INET6;
    case Kind::local:
      return AF_UNIX;
  }
  return AF_UNSPEC;
}

bool Address::loopback() const noexcept {
  Address plain = unmapped();
  if (plain.ipv4()) return plain.octet(ipv4_at) == 127;
  return ipv6() && std::memcmp(octets_ + ipv6_at, &in6addr_loopback, 16) == 0;
}

bool Address::link_local() const noexcept {
  const Address plain = unmapped();
  if (plain.ipv4()) return plain.octet(ipv4_at) == 169 && plain.octet(ipv4_at + 1) == 254;
  return ipv6() && octet(ipv6_at) == 0xfe && (octet(ipv6_at + 1) & 0xc0) == 0x80;
}

bool Address::wildcard() const noexcept {
  if (ipv4()) return std::memcmp(octets_ + ipv4_at, &in6addr_any, 4) == 0;
  return ipv6() && std::memcmp(octets_ + ipv6_at, &in6addr_any, 16) == 0;
}

std::uint32_t Address::scope() const noexcept {
  std::uint32_t index = 0;
  if (ipv6()) std::memcpy(&index, octets_ + scope_at, sizeof index);
  return index;
}

std::string Address::host() const {
  if (!ipv4() && !ipv6()) return {};
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(family(), octets_ + (ipv4() ? ipv4_at : ipv6_at), text, sizeof text);
  std::string host = text;
  if (scope() != 0) host.append("%").append(interface_name(scope()));
  return host;
}

std::string_view Address::path() const noexcept {
  if (!local() || size_ == path_at) return {};
  if (abstract()) return raw().substr(path_at + 1);
  return raw().substr(path_at, size_ - path_at - 1);
}

Address Address::unmapped() const noexcept {
  if (!ipv6() || std::memcmp(octets_ + ipv6_at, mapped_prefix, sizeof mapped_prefix) != 0) {
    return *this;
  }
  Address plain;
  plain.start(Kind::ipv4, family_ipv4, ipv4_size);
  plain.put_port(port());
  std::copy_n(octets_ + ipv6_at + sizeof mapped_prefix, 4, plain.octets_ + ipv4_at);
  return plain;
}

std::string Address::to_string() const {
  switch (kind_) {
    case Kind::none:
      return "none";
    case Kind::ipv4:
      return host() + ':' + std::to_string(port());
    case Kind::ipv6:
      return '[' + host() + "]:" + std::to_string(port());
    case Kind::local:
      return (abstract() ? "unix:@" : "unix:") + std::string(path());
  }
  return {};
}

}  // namespace eddy
