// SPDX-License-Identifier: MIT
//
// Opens the descriptors of a child, in the parent: an error names the one that failed.
#include <eddy/io/child_stdio.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "io/process_calls.hpp"
#include "io/spawn.hpp"

namespace eddy::detail {
namespace {

constexpr unsigned new_file_mode = 0666;  // less the umask, as a shell has it
constexpr const char* names[] = {"input", "output", "errors"};

int flags_of(ChildStdio::FileMode mode) noexcept {
  switch (mode) {
    case ChildStdio::FileMode::read:
      return O_RDONLY;
    case ChildStdio::FileMode::write:
      return O_WRONLY | O_CREAT | O_TRUNC;
    case ChildStdio::FileMode::append:
      return O_WRONLY | O_CREAT | O_APPEND;
    case ChildStdio::FileMode::make_new:
      return O_WRONLY | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

Result<ChildEnds> of_null() {
  const int flags = O_RDWR | O_CLOEXEC | O_NOCTTY;
  const int number = uninterrupted(process_calls->open, "/dev/null", flags, 0U);
  if (number < 0) return uv_error(number, "/dev/null");
  return ChildEnds{Descriptor(-1), Descriptor(number)};
}

bool is_fifo(const std::string& path) noexcept {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISFIFO(found.st_mode);
}

bool is_fifo(int number) noexcept {
  struct stat found {};
  return ::fstat(number, &found) == 0 && S_ISFIFO(found.st_mode);
}

/// Whether somebody can write to a FIFO, or has. What is in it stays there.
Result<bool> has_writer(int fifo) {
  int ends[2];
  const int status = uninterrupted(process_calls->pipe, static_cast<int*>(ends));
  if (status < 0) return uv_error(status, "make a pipe");
  const Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  return uninterrupted(process_calls->tee, fifo, writer.number()) != 0;
}

Error would_wait(const std::string& path, const char* for_what) {
  return {std::errc::operation_would_block, path + ": a FIFO that nobody " + for_what + " yet"};
}

int make_blocking(int number) noexcept {
  const int flags = ::fcntl(number, F_GETFL);
  return flags < 0 || ::fcntl(number, F_SETFL, flags & ~O_NONBLOCK) < 0 ? -errno : 0;
}

Result<ChildEnds> of_file(const std::string& path, ChildStdio::FileMode mode) {
  // Or to open a FIFO would be to wait for its other side, and the loop would wait too.
  const int flags = flags_of(mode) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  Descriptor file(uninterrupted(process_calls->open, path.c_str(), flags, new_file_mode));
  if (file.number() == -ENXIO && is_fifo(path)) return would_wait(path, "reads from");
  if (file.number() < 0) return uv_error(file.number(), path);
  if (mode == ChildStdio::FileMode::read && is_fifo(file.number())) {
    const Result<bool> written = has_writer(file.number());
    if (!written) return written.error().with(path);
    if (!*written) return would_wait(path, "writes to");
  }
  if (const int status = make_blocking(file.number()); status < 0) return uv_error(status, path);
  return ChildEnds{Descriptor(-1), std::move(file)};
}

Result<ChildEnds> of_stream(int target) {
  int ends[2];
  const bool input = target == 0;
  // The end of an input must be sent, which pipes of ours cannot; whoever opens /dev/stdout needs a
  // pipe.
  const int status = uninterrupted(input ? process_calls->socket_pair : process_calls->pipe,
                                   static_cast<int*>(ends));
  if (status < 0) return uv_error(status, input ? "make a socket pair" : "make a pipe");
  return ChildEnds{Descriptor(ends[0]), Descriptor(ends[1])};
}

bool is_open(int number) noexcept {
  return ::fcntl(number, F_GETFD) >= 0;
}

/// Whether a standard descriptor is one. Where this process was started without it, its number may
/// be that of something else by now; whatever opens that marks it as nobody's to inherit.
bool is_inheritable(int number) noexcept {
  const int flags = ::fcntl(number, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) == 0;
}

Result<ChildEnds> opened(const ChildStdio& stdio, int target) {
  switch (stdio.kind()) {
    case ChildStdio::Kind::inherit:
      if (!is_inheritable(target)) return of_null();
      return ChildEnds{Descriptor(-1), Descriptor(-1), target};
    case ChildStdio::Kind::null:
      return of_null();
    case ChildStdio::Kind::stream:
      return of_stream(target);
    case ChildStdio::Kind::file:
      return of_file(stdio.path(), stdio.mode());
    case ChildStdio::Kind::descriptor:
      return ChildEnds{Descriptor(-1), Descriptor(-1), stdio.number()};
    case ChildStdio::Kind::merged:
      break;
  }
  return ChildEnds{Descriptor(-1), Descriptor(-1), target - 1};
}

/// Moves what the child is to get above all numbers that it will place.
Result<ChildEnds> above(ChildEnds ends, int lowest) {
  const int number = ends.theirs.number() >= 0 ? ends.theirs.number() : ends.source;
  ends.source = number;
  if (number >= lowest && is_open(number)) return ends;
  const int copy = ::fcntl(number, F_DUPFD_CLOEXEC, lowest);
  if (copy < 0) return uv_error(-errno, "descriptor " + std::to_string(number));
  return ChildEnds{std::move(ends.ours), Descriptor(copy), copy};
}

Result<ChildEnds> standard(const ChildStdio& stdio, int target, int lowest) {
  Result<ChildEnds> ends = opened(stdio, target);
  if (!ends) return ends;
  using Kind = ChildStdio::Kind;
  if (stdio.kind() == Kind::merged) return ends;
  if (stdio.kind() == Kind::inherit && ends->source == target) return ends;
  return above(*std::move(ends), lowest);
}

}  // namespace

Result<std::vector<ChildEnds>> open_child_descriptors(const Command& command) {
  const int lowest = 3 + static_cast<int>(command.descriptors.size());
  std::vector<ChildEnds> all;
  all.reserve(static_cast<std::size_t>(lowest));
  int target = 0;
  for (const ChildStdio* stdio : {&command.input, &command.output, &command.errors}) {
    Result<ChildEnds> ends = standard(*stdio, target, lowest);
    if (!ends) return std::move(ends).error().with(names[target]);
    all.push_back(*std::move(ends));
    ++target;
  }
  for (int number : command.descriptors) {
    Result<ChildEnds> ends = above(ChildEnds{Descriptor(-1), Descriptor(-1), number}, lowest);
    if (!ends) return std::move(ends).error();
    all.push_back(*std::move(ends));
  }
  return all;
}

}  // namespace eddy::detail
