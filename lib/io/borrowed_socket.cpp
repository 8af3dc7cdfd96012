// SPDX-License-Identifier: MIT
#include "io/borrowed_socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "io/message_parts.hpp"
#include "io/pipe_calls.hpp"

namespace eddy::detail {

int BorrowedSocket::read_some(char* room, std::size_t size) noexcept {
  iovec part{room, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return uninterrupted(pipe_calls->recvmsg, number(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
}

int BorrowedSocket::write_some(ByteView first, ByteView second) noexcept {
  MessageParts parts(first, second);
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = static_cast<std::size_t>(parts.size());
  return uninterrupted(pipe_calls->sendmsg, number(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/// Says to our epoll what to wait for; of that libuv sees one thing, that there is something.
int BorrowedSocket::watch_for(int events) noexcept {
  epoll_event wanted{};
  if ((events & UV_READABLE) != 0) wanted.events |= EPOLLIN;
  if ((events & UV_WRITABLE) != 0) wanted.events |= EPOLLOUT;
  // One that waits for nothing would still be told of a peer that is gone.
  epoll_ctl(watcher_.number(), EPOLL_CTL_DEL, number(), nullptr);
  if (events == 0) return 0;
  if (epoll_ctl(watcher_.number(), EPOLL_CTL_ADD, number(), &wanted) != 0) return -errno;
  return UV_READABLE;
}

void BorrowedSocket::on_closing() noexcept {
  PolledStream::on_closing();
  watcher_.close();
}

Result<Stream> borrow_socket(
    LoopImpl& impl, Descriptor&& copy, Direction direction, const char* name, Site site) {
  Descriptor watcher(uninterrupted(&epoll_create1, EPOLL_CLOEXEC));
  if (watcher.number() < 0) return uv_error(watcher.number(), "watch a socket");
  auto* block =
      new BorrowedSocket(impl, std::move(copy), std::move(watcher), direction, name, site);
  auto stream = StreamBase::handle_of<Stream>(block);
  if (const int status = block->init(); status != 0) return uv_error(status, "watch a socket");
  return stream;
}

}  // namespace eddy::detail
