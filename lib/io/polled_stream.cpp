// SPDX-License-Identifier: MIT
#include "io/polled_stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace eddy::detail {

PolledStream::PolledStream(LoopImpl& impl,
                           const char* kind,
                           Descriptor&& descriptor,
                           Direction direction,
                           Site site) noexcept
    : StreamBase(impl, kind, site),
      TimerEntry(
          [](TimerEntry* entry) noexcept { static_cast<PolledStream*>(entry)->look_again(); }),
      descriptor_(std::move(descriptor)),
      core_(impl.core),
      direction_(direction) {}

int PolledStream::init() noexcept {
  StreamPool::of(*impl());
  const int status = uv_poll_init(&impl()->uv, &poll_, polled());
  if (status == 0) adopted_by_libuv();
  return status;
}

void PolledStream::on_closing() noexcept {
  StreamBase::on_closing();
  disarm(core_, *this);
  descriptor_.close();  // libuv has stopped polling it by now
}

int PolledStream::close_but_keep_number() noexcept {
  // libuv would still take the number for its own when the handle is closed, and by then another
  // stream could have it. The loop's own descriptor in its place is never polled.
  const int placeholder = uv_backend_fd(&impl()->uv);
  return dup3(placeholder, descriptor_.number(), O_CLOEXEC) < 0 ? -errno : 0;
}

// Waiting.

/// Waits for what is wanted now. Gives a status of libuv.
int PolledStream::watch() noexcept {
  if (!open()) return 0;
  if (reading_ && !armed() && !may_read()) arm(core_, *this, background_look);
  int wanted = 0;
  if (reading_ && !armed()) wanted |= UV_READABLE;
  if (!unsent_.empty()) wanted |= UV_WRITABLE;
  if (wanted == watched_) return 0;
  watched_ = wanted;
  const int events = watch_for(wanted);
  if (events < 0) return events;
  return events == 0 ? uv_poll_stop(&poll_) : uv_poll_start(&poll_, events, &on_ready);
}

void PolledStream::look_again() noexcept {
  if (const int trouble = watch(); trouble < 0) die(uv_error(trouble, kind()));
}

void PolledStream::on_ready(uv_poll_t* handle, int status, int events) noexcept {
  auto& self = of<PolledStream>(handle);
  const CallbackScope scope(*self.impl(), self.site());
  // libuv makes every POLLERR an EBADF and polls no more. The calls know what it is.
  if (status < 0) self.watched_ = 0;
  const bool told = status == 0 && self.polled() == self.number();
  if (!told) events = UV_READABLE | UV_WRITABLE;
  if ((events & UV_WRITABLE) != 0 && !self.unsent_.empty()) self.send_more();
  if ((events & UV_READABLE) != 0 && self.open() && self.reading_) self.read_more();
  self.look_again();
}

// Writing.

int PolledStream::transmit(ByteView first, ByteView second) noexcept {
  if (!writable()) return UV_EBADF;
  const int status = write_some(first, second);
  return status == -EAGAIN ? 0 : status;
}

int PolledStream::transmit_all(ByteView bytes) noexcept {
  unsent_ = bytes;
  return watch();
}

void PolledStream::send_more() noexcept {
  const int status = transmit(unsent_, {});
  if (status < 0) return die(uv_error(status, kind()));
  unsent_.remove_prefix(static_cast<std::size_t>(status));
  if (unsent_.empty()) sent();
}

int PolledStream::transmit_end() noexcept {
  if (!writable()) return 0;
  if (direction_ == Direction::out) {
    uv_poll_stop(&poll_);
    watched_ = 0;
  }
  return write_end();
}

// Reading.

int PolledStream::receive() noexcept {
  if (!readable()) return UV_EBADF;
  reading_ = true;
  return watch();
}

/// Reads once, so that others have their turn. Poll is level-triggered: what is left is told again,
/// after a hang-up as well, so that the last octets are not lost.
void PolledStream::read_more() noexcept {
  if (!wants_input()) {
    reading_ = false;
    return input_refused();
  }
  char* slab = StreamPool::of(*impl()).slab();
  const int count = read_some(slab, StreamPool::slab_size);
  if (count > 0) {
    received(ByteView(slab, static_cast<std::size_t>(count)));
  } else if (count == 0) {
    reading_ = false;
    received_end();
    if (open()) input_ended();
  } else if (count == in_background) {
    arm(core_, *this, background_look);
  } else if (count != -EAGAIN) {
    die(uv_error(count, kind()));
  }
}

}  // namespace eddy::detail
