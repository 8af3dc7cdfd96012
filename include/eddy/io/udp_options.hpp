// SPDX-License-Identifier: MIT
//
// How a UdpSocket is opened.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/io/datagram.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace eddy {

/// Which datagram is given up when too many wait to be sent.
enum class UdpOverflow : std::uint8_t {
  refuse_newest,  ///< send_to() fails with Errc::overloaded
  drop_oldest,    ///< for data of which only the newest is of interest
};

/// How a UdpSocket is opened. A zero leaves a number as the kernel has it.
struct UdpOptions {
  /// Several sockets may have the port, and the last one takes what comes: for multicast receivers
  /// only. A restarted server does not need it, for UDP has no old connections.
  bool reuse_addr = false;
  bool reuse_port = false;   ///< several sockets share the port, the kernel spreads peers over them
  bool dual_stack = false;   ///< an IPv6 socket takes IPv4 too; such peers are v4-mapped
  bool broadcast = false;    ///< sending to a broadcast address is allowed
  bool packet_info = false;  ///< tells where each datagram came to; send_from() needs it
  bool receive_ecn = false;  ///< tells the ECN bits of each datagram
  bool offload = true;       ///< trains of datagrams pass the kernel as one, where it can do that
  bool multicast_loop = true;            ///< receivers on this host get what is sent to a group
  int ttl = 0;                           ///< hops that a datagram may take
  int multicast_ttl = 0;                 ///< the same for a group; the kernel has 1: this network
  std::string multicast_interface = {};  ///< from where to a group: a name; empty: by the routes
  Ecn ecn = Ecn::none;                   ///< what is sent is marked so
  std::size_t receive_buffer = 0;  ///< octets; what comes beyond it is lost, see kernel_dropped
  std::size_t send_buffer = 0;     ///< octets
  /// What the kernel does not take yet waits here; a longer queue would only make it come late.
  std::size_t max_queued = 1024;
  std::size_t max_queued_bytes = 1024 * 1024;  ///< enough for a dozen of the largest
  UdpOverflow overflow = UdpOverflow::refuse_newest;
  /// Permissions of the path of a Unix socket, see BindOptions::unix_mode.
  std::optional<unsigned> unix_mode = std::nullopt;
};

/// A multicast group to join or leave.
struct MulticastGroup {
  Address group;               ///< its port does not matter
  std::string interface = {};  ///< a name; empty: the scope of `group`, or what the routes say
  Address source = {};         ///< if given, only what this host sends
};

}  // namespace eddy
