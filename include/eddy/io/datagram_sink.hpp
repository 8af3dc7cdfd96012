// SPDX-License-Identifier: MIT
//
// Where the datagrams of a socket go, by push: the interface for protocols and servers.
//
// Who waits for one answer pulls instead: UdpSocket::receive().
#pragma once

#include <eddy/base/error.hpp>
#include <eddy/io/datagram.hpp>

namespace eddy {

/// Takes what a UdpSocket receives; see UdpSocket::start().
///
/// Each of these may send, pause, close or destroy the socket, and then destroy the sink, too.
/// Thread: loop.
class EDDY_EXPORT DatagramSink {
 public:
  virtual ~DatagramSink() = default;

  /// A datagram came. It dies on return.
  virtual void on_datagram(const DatagramView& datagram) noexcept = 0;
  /// Something that was sent did not arrive or could not be sent. The socket goes on.
  ///
  /// At most UdpSocket::errors_per_scope of them are told at a time, in a later turn; the statistic
  /// counts all.
  virtual void on_error(const Error& error) noexcept;
};

}  // namespace eddy
