// SPDX-License-Identifier: MIT
//
// What comes and goes beside the octets of a datagram: control messages. Private to io.
#pragma once

#include <eddy/io/datagram.hpp>

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace eddy::detail {

/// An address of this host without its port, smaller than an Address: each datagram that waits to
/// be sent may have one.
struct LocalEnd {
  enum class Kind : std::uint8_t { none, ipv4, ipv6 };

  static LocalEnd of(const Address& address) noexcept;
  friend bool operator==(const LocalEnd&, const LocalEnd&) = default;

  std::array<unsigned char, 16> octets{};
  std::uint32_t interface = 0;
  Kind kind = Kind::none;
};

/// What the control messages of a received datagram tell.
struct PacketInfo {
  /// `port` is that of the socket.
  void read(const msghdr& message, std::uint16_t port) noexcept;

  Address local;
  std::uint32_t interface = 0;
  Ecn ecn = Ecn::none;
  std::size_t segment = 0;           // size of the datagrams of a train; 0: it is one datagram
  std::uint32_t kernel_dropped = 0;  // since the socket was opened; 0: it has not told
};

/// Room for the control messages of one datagram, received or sent.
struct ControlSpace {
  static constexpr std::size_t size = 128;  // all that PacketInfo knows, and some more
  alignas(cmsghdr) unsigned char octets[size];
};

/// Writes the control messages of what is to be sent: from where, and the size of a train's
/// datagrams (0: no train).
void write_control(msghdr& message,
                   ControlSpace& space,
                   const LocalEnd& from,
                   std::uint16_t segment) noexcept;

}  // namespace eddy::detail
