// SPDX-License-Identifier: MIT
#include "io/thread_stream.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/message_parts.hpp"
#include "io/pipe_calls.hpp"
#include "io/polled_stream.hpp"
#include "io/terminal_rules.hpp"
#include "io/tty_table.hpp"

namespace eddy::detail {
namespace {

/// A file takes all; what may be full takes so many when poll() says that there is room.
constexpr std::size_t most_for_file = 64 * 1024;
constexpr std::size_t most_with_room = 512;

/// Neither file nor device makes a program wait for somebody.
bool never_waits(int descriptor) noexcept {
  struct stat found {};
  if (fstat(descriptor, &found) != 0) return false;
  return S_ISREG(found.st_mode) || S_ISBLK(found.st_mode) ||
         (S_ISCHR(found.st_mode) && isatty(descriptor) == 0);
}

}  // namespace

BlockingDescriptor::BlockingDescriptor(Descriptor&& copy, Descriptor&& bell) noexcept
    : copy_(std::move(copy)),
      bell_(std::move(bell)),
      file_(never_waits(copy_.number())),
      kind_(pipe_kind_of(copy_.number())) {}

std::size_t BlockingDescriptor::most_at_once() const noexcept {
  return file_ ? most_for_file : most_with_room;
}

/// False if it is to stop. Reading and writing may still wait, if others are faster.
bool BlockingDescriptor::wait(short events, const std::stop_token& stop) const noexcept {
  pollfd watched[] = {{copy_.number(), events, 0}, {bell_.number(), POLLIN, 0}};
  uninterrupted(&::poll, watched, std::size(watched), -1);
  return !stop.stop_requested();
}

Result<std::string> BlockingDescriptor::read(const std::stop_token& stop) const {
  const std::stop_callback ring(stop, [this] { eventfd_write(bell_.number(), 1); });
  if (!wait(POLLIN, stop)) return Errc::canceled;
  std::string bytes(StreamPool::slab_size, '\0');
  const NotStopped quiet;
  const int count = uninterrupted(pipe_calls->read, copy_.number(), bytes.data(), bytes.size());
  if (count < 0) return uv_error(count, "read");
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

Result<std::size_t> BlockingDescriptor::write(ByteView bytes, const std::stop_token& stop) const {
  const std::stop_callback ring(stop, [this] { eventfd_write(bell_.number(), 1); });
  if (!wait(POLLOUT, stop)) return Errc::canceled;
  const NotStopped quiet;
  const MessageParts parts(bytes.substr(0, most_at_once()), {});
  const int count = uninterrupted(pipe_calls->writev, copy_.number(), parts.data(), parts.size());
  if (count == -EAGAIN) return std::size_t{0};  // somebody else made it non-blocking
  if (count < 0) return uv_error(count, "write");
  return static_cast<std::size_t>(count);
}

int BlockingDescriptor::write_now(ByteView first, ByteView second) const noexcept {
  pollfd watched{copy_.number(), POLLOUT, 0};
  if (::poll(&watched, 1, 0) <= 0) return 0;
  const NotStopped quiet;
  const std::size_t room = file_ ? first.size() + second.size() : most_with_room;
  const ByteView head = first.substr(0, room);
  const MessageParts parts(head, second.substr(0, room - head.size()));
  return uninterrupted(pipe_calls->writev, copy_.number(), parts.data(), parts.size());
}

// The stream.

ThreadStream::ThreadStream(LoopImpl& impl,
                           std::shared_ptr<const BlockingDescriptor> descriptor,
                           Direction direction,
                           const char* name,
                           Site site) noexcept
    : StreamBase(impl, name, site),
      TimerEntry(
          [](TimerEntry* entry) noexcept { static_cast<ThreadStream*>(entry)->look_again(); }),
      descriptor_(std::move(descriptor)),
      core_(impl.core),
      direction_(direction) {
  StreamPool::of(impl);
  uv_idle_init(&impl.uv, &idle_);  // never fails
  adopted_by_libuv();
}

void ThreadStream::on_closing() noexcept {
  continued_.stop();
  StreamBase::on_closing();
  disarm(core_, *this);
  reading_ = {};
  writing_ = {};
}

int ThreadStream::receive() noexcept {
  if (direction_ == Direction::out) return UV_EBADF;
  asked_ = true;
  if (!armed()) look_again();
  return 0;
}

/// As that of a PipeStream.
bool ThreadStream::may_read() noexcept {
  if (descriptor_->kind() != PipeKind::terminal) return true;
  continued_.start(
      *impl(), [this] { look_again(); }, site());
  return apply_owed_tty_modes();
}

void ThreadStream::look_again() noexcept {
  if (!asked_) return;
  if (!may_read()) return arm(core_, *this, PolledStream::background_look);
  if (!reading_.valid()) read_some();
}

void ThreadStream::read_some() noexcept {
  auto read = [descriptor = descriptor_](const std::stop_token& stop) {
    return descriptor->read(stop);
  };
  reading_ = impl()
                 ->attached<StreamThreads>()
                 .pool.run(std::move(read), site())
                 .complete([this](Result<std::string>&& bytes) { on_read(std::move(bytes)); });
}

/// The stream lives: its end drops the Future that this belongs to.
void ThreadStream::on_read(Result<std::string>&& bytes) noexcept {
  reading_ = {};
  disarm(core_, *this);
  if (!bytes && bytes.error() == std::errc::io_error) return on_refused(bytes.error());
  refused_ = false;
  if (!bytes && bytes.error() == std::errc::resource_unavailable_try_again) return read_some();
  if (!bytes) return die(bytes.error().with(kind()));
  if (bytes->empty()) return end_input();
  if (descriptor_->kind() == PipeKind::terminal) apply_owed_tty_modes();
  received(*bytes);
  if (!open()) return;
  asked_ = wants_input();
  if (!asked_) return input_refused();
  if (!reading_.valid()) read_some();
}

/// Another program has the terminal, or the other side has hung up, or a disk is broken.
void ThreadStream::on_refused(const Error& error) noexcept {
  const PipeKind what = descriptor_->kind();
  if (what == PipeKind::plain) return die(error.with(kind()));
  if (what == PipeKind::terminal) {
    if (is_in_background(descriptor_->number())) {
      refused_ = false;
      return arm(core_, *this, PolledStream::background_look);
    }
    // Perhaps it was until just now.
    if (!std::exchange(refused_, true)) return read_some();
  }
  end_input();
}

void ThreadStream::end_input() noexcept {
  asked_ = false;
  received_end();
}

int ThreadStream::transmit(ByteView first, ByteView second) noexcept {
  if (direction_ == Direction::in) return UV_EBADF;
  // Nobody will be there to hear of a thread, but a file at least takes what it is given.
  if (finishing() && unsent_.empty()) return descriptor_->write_now(first, second);
  return 0;
}

int ThreadStream::transmit_all(ByteView bytes) noexcept {
  unsent_ = bytes;
  if (!finishing()) write_some();
  return 0;
}

void ThreadStream::write_some() noexcept {
  // A copy: the stream may die while the thread writes.
  auto write = [descriptor = descriptor_, bytes = std::string(unsent_.substr(0, most_for_file))](
                   const std::stop_token& stop) {
    return descriptor->write(bytes, stop);
  };
  writing_ = impl()
                 ->attached<StreamThreads>()
                 .pool.run(std::move(write), site())
                 .complete([this](Result<std::size_t>&& count) { on_wrote(count); });
}

void ThreadStream::on_wrote(const Result<std::size_t>& count) noexcept {
  writing_ = {};
  if (!count) return die(count.error().with(kind()));
  unsent_.remove_prefix(*count);
  if (!unsent_.empty()) return write_some();
  sent();
}

Result<Stream> stream_in_thread(
    LoopImpl& impl, Descriptor&& copy, Direction direction, Site site, const char* name) {
  Descriptor bell(uninterrupted(&::eventfd, 0U, EFD_CLOEXEC | EFD_NONBLOCK));
  if (bell.number() < 0) return uv_error(bell.number(), "make an eventfd");
  auto shared = std::make_shared<const BlockingDescriptor>(std::move(copy), std::move(bell));
  return StreamBase::handle_of<Stream>(
      new ThreadStream(impl, std::move(shared), direction, name, site));
}

}  // namespace eddy::detail
