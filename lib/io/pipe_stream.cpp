// SPDX-License-Identifier: MIT
#include "io/pipe_stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "io/message_parts.hpp"
#include "io/pipe_calls.hpp"
#include "io/terminal_rules.hpp"
#include "io/tty_table.hpp"

namespace eddy::detail {

PipeKind pipe_kind_of(int descriptor) noexcept {
  if (isatty(descriptor) == 0) return PipeKind::plain;
  return is_terminal_master(descriptor) ? PipeKind::terminal_master : PipeKind::terminal;
}

Result<Direction> direction_of(int descriptor) {
  const int flags = fcntl(descriptor, F_GETFL);  // NOLINT: variadic by POSIX
  if (flags < 0) return uv_error(-errno);
  switch (flags & O_ACCMODE) {
    case O_RDONLY:
      return Direction::in;
    case O_WRONLY:
      return Direction::out;
    default:
      return Direction::both;
  }
}

const char* PipeStream::name_of(PipeKind kind) noexcept {
  return kind == PipeKind::plain ? "pipe" : "terminal";
}

void PipeStream::on_closing() noexcept {
  continued_.stop();
  PolledStream::on_closing();
}

/// In the background nothing that is typed comes here, and a mode has to wait.
bool PipeStream::may_read() noexcept {
  if (kind_ != PipeKind::terminal) return true;
  continued_.start(
      *impl(), [this] { look_again(); }, site());
  return apply_owed_tty_modes();
}

int PipeStream::read_some(char* room, std::size_t size) noexcept {
  std::optional<NotStopped> background;
  if (kind_ == PipeKind::terminal) background.emplace();
  int count = uninterrupted(pipe_calls->read, number(), room, size);
  if (count == -EIO && kind_ == PipeKind::terminal && !is_in_background(number())) {
    // Perhaps it is no longer, since just now.
    count = uninterrupted(pipe_calls->read, number(), room, size);
  }
  if (count > 0 && kind_ == PipeKind::terminal) apply_owed_tty_modes();
  if (count != -EIO || kind_ == PipeKind::plain) return count;
  // The other side has hung up, or another program has the terminal.
  return kind_ == PipeKind::terminal && is_in_background(number()) ? in_background : 0;
}

int PipeStream::write_some(ByteView first, ByteView second) noexcept {
  std::optional<NotStopped> background;
  if (kind_ == PipeKind::terminal) background.emplace();
  const MessageParts parts(first, second);
  return uninterrupted(pipe_calls->writev, number(), parts.data(), parts.size());
}

int PipeStream::write_end() noexcept {
  return readable() ? 0 : close_but_keep_number();
}

}  // namespace eddy::detail
