// SPDX-License-Identifier: MIT
//
// Opens the descriptors of a child, in the parent: an error names the one that failed.
#include <eddy/io/child_stdio.hpp>

#include <fcntl.h>

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

Result<ChildEnds> of_file(const char* path, int flags) {
  const int number =
      uninterrupted(process_calls->open, path, flags | O_CLOEXEC | O_NOCTTY, new_file_mode);
  if (number < 0) return uv_error(number, path);
  return ChildEnds{Descriptor(-1), Descriptor(number)};
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

Result<ChildEnds> opened(const ChildStdio& stdio, int target) {
  switch (stdio.kind()) {
    case ChildStdio::Kind::inherit:
      if (!is_open(target)) return of_file("/dev/null", O_RDWR);
      return ChildEnds{Descriptor(-1), Descriptor(-1), target};
    case ChildStdio::Kind::null:
      return of_file("/dev/null", O_RDWR);
    case ChildStdio::Kind::stream:
      return of_stream(target);
    case ChildStdio::Kind::file:
      return of_file(stdio.path().c_str(), flags_of(stdio.mode()));
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
