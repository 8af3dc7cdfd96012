// SPDX-License-Identifier: MIT
//
// A datagram that was received: as a view that dies on return, and as a copy to keep.
//
// Got from a UdpSocket (io/udp_socket.hpp).
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/bytes.hpp>

#include <cstdint>
#include <string>

namespace eddy {

/// What the network says of itself in the two ECN bits of a packet (RFC 3168).
enum class Ecn : std::uint8_t {
  none = 0,        ///< the sender does not take part
  ect_1 = 1,       ///< it does
  ect_0 = 2,       ///< it does
  congestion = 3,  ///< a router on the way was about to drop the packet
};

/// A datagram where it was received.
///
/// Lifetime: it, the octets and the addresses die when the call that was given it returns.
/// Thread: loop.
struct DatagramView {
  ByteView bytes;       ///< may be empty: a datagram of no octets is one
  const Address& peer;  ///< who sent it; no address if a Unix socket has no name
  /// The address of this host that it came to, with UdpOptions::packet_info; else none.
  const Address& local;
  std::uint32_t interface = 0;  ///< index of the interface, with UdpOptions::packet_info; else 0
  Ecn ecn = Ecn::none;          ///< with UdpOptions::receive_ecn
  bool truncated = false;       ///< its end is missing: it was larger than a UDP datagram can be
};

/// A datagram to keep.
///
/// Thread: any; a value like a string.
struct Datagram {
  Datagram() = default;
  explicit Datagram(const DatagramView& view)
      : bytes(view.bytes),
        peer(view.peer),
        local(view.local),
        interface(view.interface),
        ecn(view.ecn),
        truncated(view.truncated) {}

  std::string bytes;
  Address peer;
  Address local;
  std::uint32_t interface = 0;
  Ecn ecn = Ecn::none;
  bool truncated = false;
};

}  // namespace eddy
