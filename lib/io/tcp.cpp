// SPDX-License-Identifier: MIT
#include <eddy/io/tcp.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "io/socket_name.hpp"
#include "io/socket_stream.hpp"

namespace eddy {
namespace {

void set_option(int descriptor, int level, int option, int value) noexcept {
  // Fails for a Unix socket, to which none of these options means anything.
  setsockopt(descriptor, level, option, &value, sizeof value);
}

}  // namespace

Result<TcpStream> TcpStream::adopt(Loop& loop, int descriptor, Site site) {
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  return detail::adopt_socket(detail::LoopImpl::of(loop), descriptor, site);
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

void TcpStream::set_nodelay(bool on) noexcept {  // NOLINT: what it changes is in the kernel
  set_option(native_handle(), IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0);
}

void TcpStream::set_keepalive(Duration idle) noexcept {  // NOLINT: the same
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(idle).count();
  set_option(native_handle(), SOL_SOCKET, SO_KEEPALIVE, seconds > 0 ? 1 : 0);
  if (seconds > 0) {
    set_option(native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(seconds));
  }
}

int TcpStream::native_handle() const noexcept {
  const auto* block = static_cast<detail::SocketStream*>(base());
  return block == nullptr ? -1 : block->descriptor();
}

}  // namespace eddy
