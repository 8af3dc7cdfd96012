// SPDX-License-Identifier: MIT
//
// A stream carried by a socket of the kernel, through libuv. Private to io.
//
// A Unix socket is put into a uv_tcp_t as well: for reading and writing libuv treats both alike.
#pragma once

#include <eddy/io/tcp.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "io/stream_base.hpp"

namespace eddy::detail {

/// The block of a uv_tcp_t.
class SocketStream : public StreamBase {
 public:
  /// `name` is what errors call it.
  SocketStream(LoopImpl& impl, Site site, const char* name = "tcp stream") noexcept
      : StreamBase(impl, name, site) {}

  /// Makes the handle; to be called once, before anything else. Gives a status of libuv.
  int init() noexcept;
  /// Takes over a connected socket; it stays the caller's if this fails.
  int adopt(int descriptor) noexcept;
  /// -1 if it is not open.
  int descriptor() const noexcept;
  /// Who accept() said it is; no address for other sockets, and for long names of Unix sockets.
  Address accepted_from() const noexcept;
  void accepted_from(const sockaddr_storage& peer, socklen_t size) noexcept;

 protected:
  uv_tcp_t& tcp() noexcept { return tcp_; }
  uv_handle_t* handle() noexcept override { return reinterpret_cast<uv_handle_t*>(&tcp_); }

 private:
  int transmit(ByteView first, ByteView second) noexcept final;
  int transmit_all(ByteView bytes) noexcept final;
  std::size_t untransmitted() const noexcept final;
  int transmit_end() noexcept final;
  int receive() noexcept final;
  void abort() noexcept final;

  static void on_room(uv_handle_t* handle, std::size_t size, uv_buf_t* room) noexcept;
  static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* bytes) noexcept;
  static void on_written(uv_write_t* request, int status) noexcept;

  void on_nothing_read(int status) noexcept;

  uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&tcp_); }

  uv_tcp_t tcp_{};
  char peer_[sizeof(sockaddr_in6)]{};  // less than an Address: it is there for every connection
  std::uint8_t peer_size_ = 0;
  std::unique_ptr<uv_write_t> request_;  // kept from the first refusal on
};

/// Makes a stream of a connected socket, or of an end of a pipe; it is closed if this fails.
Result<TcpStream> adopt_socket(LoopImpl& impl,
                               int descriptor,
                               Site site,
                               const char* name = "tcp stream");

}  // namespace eddy::detail
