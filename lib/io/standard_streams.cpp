// SPDX-License-Identifier: MIT
#include <eddy/io/standard_streams.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "io/borrowed_socket.hpp"
#include "io/pipe_calls.hpp"
#include "io/pipe_stream.hpp"
#include "io/thread_stream.hpp"

namespace eddy {

using detail::Descriptor;
using detail::LoopImpl;
using detail::pipe_calls;
using detail::uninterrupted;

namespace {

bool is(int descriptor, mode_t type) noexcept {
  struct stat found {};
  return fstat(descriptor, &found) == 0 && (found.st_mode & S_IFMT) == type;
}

/// Whether `descriptor` goes the way that is wanted.
Result<void> check_direction(int descriptor, Direction wanted) {
  const Result<Direction> found = detail::direction_of(descriptor);
  if (!found) return found.error();
  if (*found == Direction::both || *found == wanted) return {};
  return Error(std::errc::bad_file_descriptor, "it goes the other way only");
}

bool writers_are_gone(int descriptor) noexcept {
  pollfd looked{descriptor, POLLIN, 0};
  return ::poll(&looked, 1, 0) > 0 && (looked.revents & POLLHUP) != 0;
}

/// Opens a pipe or a terminal once more, for a file description of our own. None if that cannot be:
/// no /proc, the terminal of another user, a pipe without readers, the master of a terminal.
Descriptor opened_again(int descriptor, Direction direction) noexcept {
  const bool pipe = is(descriptor, S_IFIFO);
  if (!pipe && detail::pipe_kind_of(descriptor) != detail::PipeKind::terminal)
    return Descriptor(-1);
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  const int way = direction == Direction::in    ? O_RDONLY
                  : direction == Direction::out ? O_WRONLY
                                                : O_RDWR;
  Descriptor own(
      uninterrupted(pipe_calls->open, path.c_str(), way | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  // The new reader of a named pipe would wait for a first writer instead of seeing the end.
  if (pipe && direction != Direction::out && writers_are_gone(descriptor)) own.close();
  return own;
}

/// A descriptor that is closed on exec was not there when the program began: another one, such as
/// the one that a loop puts there, took the number that was free.
bool was_inherited(int descriptor) noexcept {
  const int flags = fcntl(descriptor, F_GETFD);  // NOLINT: variadic by POSIX
  return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

/// `name` is what errors call it; null: by its kind.
Result<Stream> borrowed(
    Loop& loop, int descriptor, Direction direction, const char* name, Site site) {
  if (const Result<void> fits = check_direction(descriptor, direction); !fits) {
    return fits.error().with("use descriptor " + std::to_string(descriptor));
  }
  LoopImpl& impl = LoopImpl::of(loop);
  if (Descriptor own = opened_again(descriptor, direction); own.number() >= 0) {
    return detail::stream_over<Stream>(impl, std::move(own), direction, site, name);
  }
  Descriptor copy(uninterrupted(pipe_calls->duplicate, descriptor));
  if (copy.number() < 0) return detail::uv_error(copy.number(), "use a descriptor");
  if (is(descriptor, S_IFSOCK)) {
    return detail::borrow_socket(
        impl, std::move(copy), direction, name != nullptr ? name : "borrowed socket", site);
  }
  if (name == nullptr) return detail::stream_in_thread(impl, std::move(copy), direction, site);
  return detail::stream_in_thread(impl, std::move(copy), direction, site, name);
}

Result<Stream> standard(
    Loop& loop, int descriptor, Direction direction, const char* name, Site site) {
  if (!was_inherited(descriptor)) {
    return Error(std::errc::bad_file_descriptor,
                 std::string(name) + ": the program was started without");
  }
  Result<Stream> stream = borrowed(loop, descriptor, direction, name, site);
  if (!stream) return std::move(stream).error().with(name);
  return stream;
}

}  // namespace

Result<Stream> borrow_stream(Loop& loop, int descriptor, Direction direction, Site site) {
  return borrowed(loop, descriptor, direction, nullptr, site);
}

Result<Stream> standard_input(Loop& loop, Site site) {
  return standard(loop, STDIN_FILENO, Direction::in, "standard input", site);
}

Result<Stream> standard_output(Loop& loop, Site site) {
  return standard(loop, STDOUT_FILENO, Direction::out, "standard output", site);
}

Result<Stream> standard_error(Loop& loop, Site site) {
  return standard(loop, STDERR_FILENO, Direction::out, "standard error", site);
}

}  // namespace eddy
