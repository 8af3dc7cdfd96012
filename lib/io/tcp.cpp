// SPDX-License-Identifier: MIT
#include <eddy/io/tcp.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>

#include "io/socket_name.hpp"
#include "io/socket_options.hpp"
#include "io/socket_stream.hpp"
#include "io/system.hpp"

namespace eddy {
namespace {

/// What socket option `name` says; a negative errno if there is no such socket.
int option_of(int descriptor, int name) noexcept {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -errno;
}

Result<void> expect_connection(int descriptor) {
  const int type = option_of(descriptor, SO_TYPE);
  if (type < 0) return detail::uv_error(type);
  if (type != SOCK_STREAM) return Error(Errc::invalid, "the socket is not one for streams");
  if (option_of(descriptor, SO_ACCEPTCONN) <= 0) return {};
  return Error(Errc::invalid, "the socket listens; a Listener may adopt it");
}

}  // namespace

Result<TcpStream> TcpStream::adopt(Loop& loop, int descriptor, Site site) {
  detail::Descriptor own(descriptor);
  if (const Result<void> fits = expect_connection(descriptor); !fits) {
    return fits.error().with("adopt a socket");
  }
  detail::set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  return detail::adopt_socket(detail::LoopImpl::of(loop), own.release(), site);
}

Address TcpStream::local() const noexcept {
  return detail::socket_name(native_handle(), ::getsockname);
}

Address TcpStream::peer() const noexcept {
  const auto* block = static_cast<detail::SocketStream*>(base());
  if (block != nullptr) {
    if (const Address known = block->accepted_from()) return known;
  }
  return detail::socket_name(native_handle(), ::getpeername);
}

// What they change is in the kernel. They fail for a Unix socket, to which none of them means
// anything.

void TcpStream::set_nodelay(bool on) noexcept {  // NOLINT: not const for what it means
  detail::set_option(native_handle(), IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0);
}

void TcpStream::set_keepalive(const KeepAlive& how) noexcept {  // NOLINT: the same
  detail::set_keepalive(native_handle(), how);
}

void TcpStream::set_user_timeout(Duration limit) noexcept {  // NOLINT: the same
  detail::set_user_timeout(native_handle(), limit);
}

std::optional<TcpInfo> TcpStream::info() const noexcept {
  tcp_info told{};
  socklen_t size = sizeof told;
  if (getsockopt(native_handle(), IPPROTO_TCP, TCP_INFO, &told, &size) != 0) return std::nullopt;
  TcpInfo info;
  info.round_trip = std::chrono::microseconds(told.tcpi_rtt);
  info.variation = std::chrono::microseconds(told.tcpi_rttvar);
  info.silence = std::chrono::milliseconds(told.tcpi_last_data_recv);
  info.segment = told.tcpi_snd_mss;
  info.window = told.tcpi_snd_cwnd;
  info.unacknowledged = told.tcpi_unacked;
  info.retransmitted = told.tcpi_total_retrans;
  return info;
}

int TcpStream::native_handle() const noexcept {
  const auto* block = static_cast<detail::SocketStream*>(base());
  return block == nullptr ? -1 : block->descriptor();
}

}  // namespace eddy
