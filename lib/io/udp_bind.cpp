// SPDX-License-Identifier: MIT
#include "io/udp_bind.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>

#include "core/loop_impl.hpp"
#include "io/bind.hpp"
#include "io/datagram_calls.hpp"
#include "io/socket_name.hpp"

namespace eddy::detail {
namespace {

/// Sets options of one socket; the first failure is the one that is told.
class Setter {
 public:
  Setter(int descriptor, int family) noexcept : descriptor_(descriptor), family_(family) {}

  void set(int level, int option, int value, const char* name) {
    if (!result_) return;
    const int status =
        uninterrupted(datagram_calls->setsockopt, descriptor_, level, option, &value, size);
    if (status < 0) result_ = uv_error(status, std::string("set ") + name);
  }
  void set_size(int option, std::size_t octets, const char* name) {
    constexpr std::size_t most = std::numeric_limits<int>::max() / 2;  // the kernel doubles it
    if (octets > 0) set(SOL_SOCKET, option, static_cast<int>(std::min(octets, most)), name);
  }
  /// An option that IPv4 and IPv6 have by different names.
  void set_ip(int ipv4, int ipv6, int value, const char* name) {
    if (family_ == AF_INET) return set(IPPROTO_IP, ipv4, value, name);
    if (family_ == AF_INET6) set(IPPROTO_IPV6, ipv6, value, name);
  }
  /// The same, also for the IPv4 peers that an IPv6 socket may have.
  void set_both_ip(int ipv4, int ipv6, int value, const char* name) {
    set_ip(ipv4, ipv6, value, name);
    if (family_ == AF_INET6) try_set(IPPROTO_IP, ipv4, value);
  }
  /// What is of use where the kernel has it.
  void try_set(int level, int option, int value) const noexcept {
    uninterrupted(datagram_calls->setsockopt, descriptor_, level, option, &value, size);
  }
  Result<void> result() && { return std::move(result_); }

 private:
  static constexpr socklen_t size = sizeof(int);

  int descriptor_;
  int family_;
  Result<void> result_;
};

void set_multicast(Setter& setter, const UdpOptions& options) {
  setter.set_both_ip(
      IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, options.multicast_loop ? 1 : 0, "multicast_loop");
  if (options.multicast_ttl > 0) {
    setter.set_both_ip(
        IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, options.multicast_ttl, "multicast_ttl");
  }
}

/// An in_addr for IPv4, a number for IPv6: not an int in both cases.
Result<void> set_multicast_interface(int descriptor, int family, const std::string& name) {
  if (name.empty() || (family != AF_INET && family != AF_INET6)) return {};
  const unsigned index = if_nametoindex(name.c_str());
  if (index == 0) return uv_error(-errno, "multicast_interface " + name);
  ip_mreqn request{};
  request.imr_ifindex = static_cast<int>(index);
  const int number = static_cast<int>(index);
  const bool ipv4 = family == AF_INET;
  const int status = uninterrupted(datagram_calls->setsockopt,
                                   descriptor,
                                   ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
                                   ipv4 ? IP_MULTICAST_IF : IPV6_MULTICAST_IF,
                                   ipv4 ? static_cast<const void*>(&request) : &number,
                                   static_cast<socklen_t>(ipv4 ? sizeof request : sizeof number));
  if (status < 0) return uv_error(status, "multicast_interface " + name);
  return {};
}

void set_traffic(Setter& setter, const UdpOptions& options) {
  if (options.broadcast) setter.set(SOL_SOCKET, SO_BROADCAST, 1, "broadcast");
  if (options.ttl > 0) setter.set_both_ip(IP_TTL, IPV6_UNICAST_HOPS, options.ttl, "ttl");
  if (options.ecn != Ecn::none) {
    setter.set_both_ip(IP_TOS, IPV6_TCLASS, static_cast<int>(options.ecn), "ecn");
  }
  if (options.packet_info) setter.set_ip(IP_PKTINFO, IPV6_RECVPKTINFO, 1, "packet_info");
  if (options.receive_ecn) setter.set_both_ip(IP_RECVTOS, IPV6_RECVTCLASS, 1, "receive_ecn");
  setter.set_size(SO_RCVBUF, options.receive_buffer, "receive_buffer");
  setter.set_size(SO_SNDBUF, options.send_buffer, "send_buffer");
  setter.try_set(SOL_SOCKET, SO_RXQ_OVFL, 1);
}

Result<void> set_common(int descriptor, int family, const UdpOptions& options) {
  Setter setter(descriptor, family);
  set_traffic(setter, options);
  if (family != AF_UNIX) {
    set_multicast(setter, options);
    if (options.offload) setter.try_set(IPPROTO_UDP, UDP_GRO, 1);
  }
  if (Result<void> done = std::move(setter).result(); !done) return done;
  return set_multicast_interface(descriptor, family, options.multicast_interface);
}

Result<void> set_address_options(int descriptor,
                                 const Address& address,
                                 const UdpOptions& options) {
  Setter setter(descriptor, address.family());
  if (!address.local()) {
    if (options.reuse_addr) setter.set(SOL_SOCKET, SO_REUSEADDR, 1, "reuse_addr");
    if (options.reuse_port) setter.set(SOL_SOCKET, SO_REUSEPORT, 1, "reuse_port");
  }
  if (address.ipv6()) {
    setter.set(IPPROTO_IPV6, IPV6_V6ONLY, options.dual_stack ? 0 : 1, "dual_stack");
  }
  return std::move(setter).result();
}

Result<Descriptor> new_socket(const Address& address, const UdpOptions& options) {
  Descriptor socket(uninterrupted(
      system_calls->socket, address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.number() < 0) return bind_error(socket.number(), address, SOCK_DGRAM);
  Result<void> set = set_address_options(socket.number(), address, options);
  if (set) set = set_common(socket.number(), address.family(), options);
  if (!set) return std::move(set).error().with("open a datagram socket");
  return socket;
}

std::string text_of(const MulticastGroup& group) {
  std::string text = group.group.to_string();
  if (group.source) text += " from " + group.source.host();
  if (!group.interface.empty()) text += " on " + group.interface;
  return text;
}

std::string_view cure_for(int status) noexcept {
  switch (-status) {
    case ENODEV:
      return "there is no such interface, or no route to the group; name an interface";
    case EINVAL:
      return "it is no multicast address, or not of the socket's family";
    case EADDRINUSE:
      return "the socket is a member already";
    case EADDRNOTAVAIL:
      return "the socket is no member, or the interface has no address";
    case ENOBUFS:
      return "raise net.ipv4.igmp_max_memberships";
    default:
      return {};
  }
}

Error membership_error(int status, const MulticastGroup& group, bool join) {
  std::string context = (join ? "join " : "leave ") + text_of(group);
  const std::string_view cure = cure_for(status);
  if (!cure.empty()) context.append(" (").append(cure).append(")");
  return uv_error(status, context);
}

void copy_address(sockaddr_storage& to, const Address& from) noexcept {
  std::copy_n(static_cast<const char*>(from.data()),
              from.size(),
              reinterpret_cast<char*>(&to));  // NOLINT: what the kernel wants
}

}  // namespace

Result<BoundSocket> bind_datagram_socket(const Address& address, const UdpOptions& options) {
  if (!address) return Error(Errc::invalid, "bind a datagram socket to no address");
  if (const char* problem = problem_of_mode(options.unix_mode, address)) {
    return Error(Errc::invalid, "listen on " + address.to_string() + " (" + problem + ")");
  }
  Result<Descriptor> socket = new_socket(address, options);
  if (!socket) return std::move(socket).error();
  return bind_open_socket(
      *std::move(socket), address, {.type = SOCK_DGRAM, .mode = options.unix_mode});
}

Result<Descriptor> open_datagram_socket(const Address& peer, const UdpOptions& options) {
  if (!peer) return Error(Errc::invalid, "connect a datagram socket to no address");
  Result<Descriptor> socket = new_socket(peer, options);
  if (!socket || !peer.local()) return socket;
  sockaddr any{};  // the kernel takes an abstract name that is free
  any.sa_family = AF_UNIX;
  const int status = uninterrupted(system_calls->bind,
                                   socket->number(),
                                   static_cast<const sockaddr*>(&any),
                                   static_cast<socklen_t>(sizeof any.sa_family));
  if (status < 0) return uv_error(status, "name a datagram socket");
  return socket;
}

Result<void> prepare_datagram_socket(int descriptor, const UdpOptions& options) {
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return uv_error(-errno);
  if (type != SOCK_DGRAM) return Error(Errc::invalid, "the socket is not one for datagrams");
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return uv_error(-errno);
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) return uv_error(-errno);
  return set_common(descriptor, socket_name(descriptor, ::getsockname).family(), options);
}

Result<void> change_membership(int descriptor, int family, const MulticastGroup& group, bool join) {
  unsigned index = group.group.scope();
  if (!group.interface.empty()) {
    index = if_nametoindex(group.interface.c_str());
    if (index == 0) return membership_error(-ENODEV, group, join);
  }
  if (group.group.family() != family) return membership_error(-EINVAL, group, join);
  group_source_req with_source{};
  with_source.gsr_interface = index;
  copy_address(with_source.gsr_group, group.group);
  copy_address(with_source.gsr_source, group.source);
  group_req any_source{};
  any_source.gr_interface = index;
  copy_address(any_source.gr_group, group.group);
  const bool by_source = static_cast<bool>(group.source);
  const int option = by_source ? (join ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP)
                               : (join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP);
  const int status =
      uninterrupted(datagram_calls->setsockopt,
                    descriptor,
                    family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
                    option,
                    by_source ? static_cast<const void*>(&with_source) : &any_source,
                    static_cast<socklen_t>(by_source ? sizeof with_source : sizeof any_source));
  if (status < 0) return membership_error(status, group, join);
  return {};
}

}  // namespace eddy::detail
