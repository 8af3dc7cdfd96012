// SPDX-License-Identifier: MIT
#include "io/socket_stream.hpp"

#include <cstring>
#include <utility>

#include "io/system.hpp"

namespace eddy::detail {
namespace {

uv_buf_t buffer(ByteView bytes) noexcept {
  uv_buf_t made;
  made.base = const_cast<char*>(bytes.data());  // NOLINT: libuv only reads what it writes
  made.len = bytes.size();
  return made;
}

}  // namespace

int SocketStream::init() noexcept {
  StreamPool::of(*impl());
  const int status = uv_tcp_init(&impl()->uv, &tcp_);
  if (status == 0) adopted_by_libuv();
  return status;
}

int SocketStream::adopt(int descriptor) noexcept {
  return uv_tcp_open(&tcp_, descriptor);
}

int SocketStream::descriptor() const noexcept {
  int number = -1;
  if (!open()) return number;
  // Fails before the socket is made, and leaves -1.
  uv_fileno(reinterpret_cast<const uv_handle_t*>(&tcp_), &number);
  return number;
}

Address SocketStream::accepted_from() const noexcept {
  return peer_size_ == 0 ? Address() : Address::from_sockaddr(peer_, peer_size_);
}

void SocketStream::accepted_from(const sockaddr_storage& peer, socklen_t size) noexcept {
  if (size > sizeof peer_) return;
  std::memcpy(peer_, &peer, size);
  peer_size_ = static_cast<std::uint8_t>(size);
}

// Writing.

int SocketStream::transmit(ByteView first, ByteView second) noexcept {
  const uv_buf_t both[] = {buffer(first), buffer(second)};
  const bool skip = first.empty();
  const unsigned count = (skip ? 0U : 1U) + (second.empty() ? 0U : 1U);
  const int status = uv_try_write(stream(), both + (skip ? 1 : 0), count);
  return status == UV_EAGAIN ? 0 : status;
}

int SocketStream::transmit_all(ByteView bytes) noexcept {
  if (request_ == nullptr) request_ = std::make_unique<uv_write_t>();
  const uv_buf_t whole = buffer(bytes);
  return uv_write(request_.get(), stream(), &whole, 1, &on_written);
}

void SocketStream::on_written(uv_write_t* request, int status) noexcept {
  auto& self = of<SocketStream>(request->handle);
  if (!self.open()) return;  // closing takes the request back
  const CallbackScope scope(*self.impl(), self.site());
  if (status < 0) return self.die(uv_error(status, self.kind()));
  self.sent();
}

std::size_t SocketStream::untransmitted() const noexcept {
  return uv_stream_get_write_queue_size(reinterpret_cast<const uv_stream_t*>(&tcp_));
}

int SocketStream::transmit_end() noexcept {
  // Nothing is queued, so there is no need for libuv's request, which would cost a turn.
  return uninterrupted(system_calls->shutdown, descriptor(), SHUT_WR);
}

// Reading.

int SocketStream::receive() noexcept {
  return uv_read_start(stream(), &on_room, &on_read);
}

void SocketStream::on_room(uv_handle_t* handle, std::size_t, uv_buf_t* room) noexcept {
  auto& self = of<SocketStream>(handle);
  // Pausing is lazy: often nothing comes before resume(), and both would cost a system call. An
  // empty buffer makes libuv call on_read without reading.
  const bool wanted = self.wants_input();
  room->base = wanted ? StreamPool::of(*self.impl()).slab() : nullptr;
  room->len = wanted ? StreamPool::slab_size : 0;
}

void SocketStream::on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* bytes) noexcept {
  auto& self = of<SocketStream>(stream);
  if (count == 0) return;  // EAGAIN
  if (bytes->base == nullptr) [[unlikely]]
    return self.on_nothing_read(static_cast<int>(count));
  const CallbackScope scope(*self.impl(), self.site());
  if (count > 0) [[likely]] {
    self.received(ByteView(bytes->base, static_cast<std::size_t>(count)));
  } else if (count == UV_EOF) {
    self.received_end();
  } else {
    self.die(uv_error(static_cast<int>(count), self.kind()));
  }
}

/// libuv speaks without having read.
void SocketStream::on_nothing_read(int status) noexcept {
  if (status == UV_EOF) {
    // Concluded from POLLHUP after a short read: there may be more octets, or a reset that must not
    // pass for an orderly end. The next read tells.
    if (const int again = receive(); again < 0) die(uv_error(again, kind()));
    return;
  }
  uv_read_stop(stream());  // UV_ENOBUFS: on_room() gave no buffer
  input_refused();
}

// The end.

void SocketStream::abort() noexcept {
  const linger at_once{1, 0};
  // Fails for a Unix socket, which knows no reset.
  setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

Result<TcpStream> adopt_socket(LoopImpl& impl, int descriptor, Site site, const char* name) {
  Descriptor guard(descriptor);
  auto* socket = new SocketStream(impl, site, name);
  TcpStream stream = StreamBase::handle_of<TcpStream>(socket);
  int status = socket->init();
  if (status == 0) status = socket->adopt(descriptor);
  if (status != 0) return uv_error(status, "adopt a socket");
  guard.release();
  return stream;
}

}  // namespace eddy::detail
