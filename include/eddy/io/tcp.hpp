// SPDX-License-Identifier: MIT
//
// A stream over a socket of the kernel: TCP, or a Unix socket, which behaves alike.
//
// Got from connect() (io/connect.hpp) or a Listener (io/listener.hpp). All that is sent and
// received goes through Stream; this adds what only sockets have.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/result.hpp>
#include <eddy/io/keep_alive.hpp>
#include <eddy/io/stream.hpp>
#include <eddy/io/tcp_info.hpp>

#include <optional>

namespace eddy {

/// A connected socket. Its writes are not delayed by the kernel (TCP_NODELAY) unless asked.
///
/// Adds functions and no data to Stream, as which it may be moved away.
/// Thread: loop.
class EDDY_EXPORT TcpStream : public Stream {
 public:
  TcpStream() noexcept = default;

  /// Takes over `descriptor`, a connected stream socket; it is closed if this fails.
  /// Errors: std::errc::not_a_socket; Errc::invalid if it is one of another kind, or listens.
  static Result<TcpStream> adopt(Loop& loop, int descriptor, Site site = EDDY_HERE);

  /// Our end and the peer's; no address if the stream is not open, or the peer is gone. The peer of
  /// a stream that was accepted is known as long as the stream exists.
  Address local() const noexcept;
  Address peer() const noexcept;

  /// Whether small writes leave at once, which is the default.
  void set_nodelay(bool on) noexcept;
  /// Whether and how a silent peer is asked for a sign of life; by default it is not.
  void set_keepalive(const KeepAlive& how) noexcept;
  /// TCP_USER_TIMEOUT: the connection is lost if octets that were sent are not acknowledged for
  /// `limit`, in whole milliseconds; zero: for as long as the kernel repeats them, some 15 minutes.
  void set_user_timeout(Duration limit) noexcept;

  /// How the connection does; empty for a Unix socket and a stream that is not open.
  std::optional<TcpInfo> info() const noexcept;

  /// The kernel's descriptor, which stays the stream's; -1 if it is not open.
  int native_handle() const noexcept;

 private:
  friend class detail::StreamBase;

  explicit TcpStream(detail::StreamBase* base) noexcept : Stream(base) {}
};

}  // namespace eddy
