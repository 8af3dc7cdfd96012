// SPDX-License-Identifier: MIT
#include <eddy/io/unix_stream.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "io/pipe_calls.hpp"
#include "io/unix_socket.hpp"

namespace eddy {

using detail::Descriptor;
using detail::UnixSocket;

namespace {

Result<void> expect_option(int descriptor, int option, int wanted) {
  int found = 0;
  socklen_t size = sizeof found;
  if (getsockopt(descriptor, SOL_SOCKET, option, &found, &size) != 0) {
    return detail::uv_error(-errno);
  }
  if (found != wanted) return Error(Errc::invalid, "not a Unix stream socket");
  return {};
}

Result<void> expect_unix_socket(int descriptor) {
  if (Result<void> fits = expect_option(descriptor, SO_DOMAIN, AF_UNIX); !fits) return fits;
  return expect_option(descriptor, SO_TYPE, SOCK_STREAM);
}

}  // namespace

Result<UnixStream> UnixStream::adopt(Loop& loop, int descriptor, Site site) {
  Descriptor own(descriptor);
  if (const Result<void> fit = expect_unix_socket(descriptor); !fit) {
    return fit.error().with("adopt a Unix socket");
  }
  auto* block = new UnixSocket(detail::LoopImpl::of(loop), std::move(own), site);
  auto stream = detail::StreamBase::handle_of<UnixStream>(block);
  if (const int status = block->init(); status != 0) {
    return detail::uv_error(status, "adopt a Unix socket");
  }
  return stream;
}

Result<UnixStreamPair> UnixStream::pair(Loop& loop, Site site) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return detail::uv_error(-errno, "make a pair of sockets");
  }
  Descriptor other(ends[1]);
  Result<UnixStream> first = adopt(loop, ends[0], site);
  if (!first) return std::move(first).error();
  Result<UnixStream> second = adopt(loop, other.release(), site);
  if (!second) return std::move(second).error();
  return UnixStreamPair{*std::move(first), *std::move(second)};
}

Result<UnixStream> UnixStream::from(TcpStream stream) {
  if (!stream.open()) return Error(Errc::closed, "make a UnixStream");
  if (stream.statistic().bytes_in > 0 || stream.queued() > 0) {
    return Error(Errc::invalid, "make a UnixStream of a stream that was used");
  }
  const int own = detail::uninterrupted(detail::pipe_calls->duplicate, stream.native_handle());
  if (own < 0) return detail::uv_error(own, "make a UnixStream");
  return adopt(stream.loop(), own);
}

Result<void> UnixStream::send_descriptor(int descriptor, ByteView bytes) {
  if (base() == nullptr) return Error(Errc::closed, "send a descriptor");
  return static_cast<UnixSocket*>(base())->send(descriptor, bytes);
}

Future<OwnedDescriptor> UnixStream::receive_descriptor(Site site) {
  EDDY_ASSERT(base() != nullptr, "an empty UnixStream was used");
  return static_cast<UnixSocket*>(base())->receive_one(site);
}

Result<PeerCredentials> UnixStream::peer_credentials() const {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (native_handle() < 0) return Error(Errc::closed, "who the peer is");
  if (getsockopt(native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return detail::uv_error(-errno, "who the peer is");
  }
  return PeerCredentials{peer.pid, peer.uid, peer.gid};
}

int UnixStream::native_handle() const noexcept {
  const auto* block = static_cast<UnixSocket*>(base());
  return block == nullptr ? -1 : block->descriptor();
}

}  // namespace eddy
