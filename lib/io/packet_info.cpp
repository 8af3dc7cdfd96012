// SPDX-License-Identifier: MIT
#include "io/packet_info.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cstring>

namespace eddy::detail {
namespace {

/// Copies what a control message holds; false if it holds less.
template <class T>
bool content(cmsghdr* header, T& out) noexcept {
  if (header->cmsg_len < CMSG_LEN(sizeof out)) return false;
  std::memcpy(&out, CMSG_DATA(header), sizeof out);
  return true;
}

void read_ipv4(cmsghdr* header, std::uint16_t port, PacketInfo& info) noexcept {
  in_pktinfo packet{};
  if (!content(header, packet)) return;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr = packet.ipi_spec_dst;  // what an answer may come from, be it a broadcast or not
  info.local = Address::from_sockaddr(&address, sizeof address);
  info.interface = static_cast<std::uint32_t>(packet.ipi_ifindex);
}

void read_ipv6(cmsghdr* header, std::uint16_t port, PacketInfo& info) noexcept {
  in6_pktinfo packet{};
  if (!content(header, packet)) return;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = packet.ipi6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&packet.ipi6_addr)) address.sin6_scope_id = packet.ipi6_ifindex;
  info.local = Address::from_sockaddr(&address, sizeof address);
  info.interface = packet.ipi6_ifindex;
}

template <class T>
void read_ecn(cmsghdr* header, Ecn& ecn) noexcept {
  T octet{};
  if (content(header, octet)) ecn = static_cast<Ecn>(octet & 3);
}

void read_one(cmsghdr* header, std::uint16_t port, PacketInfo& info) noexcept {
  const auto is = [header](int level, int type) {
    return header->cmsg_level == level && header->cmsg_type == type;
  };
  if (is(IPPROTO_UDP, UDP_GRO)) {
    int size = 0;
    if (content(header, size) && size > 0) info.segment = static_cast<std::size_t>(size);
  } else if (is(IPPROTO_IP, IP_PKTINFO)) {
    read_ipv4(header, port, info);
  } else if (is(IPPROTO_IPV6, IPV6_PKTINFO)) {
    read_ipv6(header, port, info);
  } else if (is(IPPROTO_IP, IP_TOS)) {
    read_ecn<std::uint8_t>(header, info.ecn);
  } else if (is(IPPROTO_IPV6, IPV6_TCLASS)) {
    read_ecn<int>(header, info.ecn);
  } else if (is(SOL_SOCKET, SO_RXQ_OVFL)) {
    content(header, info.kernel_dropped);
  }
}

/// Adds a control message behind those that are there.
template <class T>
void add(msghdr& message, ControlSpace& space, int level, int type, const T& value) noexcept {
  auto* header = reinterpret_cast<cmsghdr*>(space.octets + message.msg_controllen);  // NOLINT: as
  header->cmsg_level = level;  // the kernel lays them out
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  message.msg_controllen += CMSG_SPACE(sizeof value);
}

}  // namespace

LocalEnd LocalEnd::of(const Address& given) noexcept {
  LocalEnd end;
  const Address address = given.unmapped();  // understood by sockets of both families
  if (address.ipv4()) {
    sockaddr_in raw{};
    std::memcpy(&raw, address.data(), sizeof raw);
    std::memcpy(end.octets.data(), &raw.sin_addr, sizeof raw.sin_addr);
    end.kind = Kind::ipv4;
  } else if (address.ipv6()) {
    sockaddr_in6 raw{};
    std::memcpy(&raw, address.data(), sizeof raw);
    std::memcpy(end.octets.data(), &raw.sin6_addr, sizeof raw.sin6_addr);
    end.interface = raw.sin6_scope_id;
    end.kind = Kind::ipv6;
  }
  return end;
}

void PacketInfo::read(const msghdr& message, std::uint16_t port) noexcept {
  msghdr walked = message;
  for (cmsghdr* header = CMSG_FIRSTHDR(&walked); header != nullptr;
       header = CMSG_NXTHDR(&walked, header)) {
    read_one(header, port, *this);
  }
}

void write_control(msghdr& message,
                   ControlSpace& space,
                   const LocalEnd& from,
                   std::uint16_t segment) noexcept {
  message.msg_control = space.octets;
  message.msg_controllen = 0;
  if (from.kind == LocalEnd::Kind::ipv4) {
    in_pktinfo packet{};
    std::memcpy(&packet.ipi_spec_dst, from.octets.data(), sizeof packet.ipi_spec_dst);
    add(message, space, IPPROTO_IP, IP_PKTINFO, packet);
  } else if (from.kind == LocalEnd::Kind::ipv6) {
    in6_pktinfo packet{};
    std::memcpy(&packet.ipi6_addr, from.octets.data(), sizeof packet.ipi6_addr);
    packet.ipi6_ifindex = from.interface;
    add(message, space, IPPROTO_IPV6, IPV6_PKTINFO, packet);
  }
  if (segment > 0) add(message, space, IPPROTO_UDP, UDP_SEGMENT, segment);
  if (message.msg_controllen == 0) message.msg_control = nullptr;
}

}  // namespace eddy::detail
