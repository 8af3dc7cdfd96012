// SPDX-License-Identifier: MIT
#include <eddy/io/pipe.hpp>

#include <eddy/io/owned_descriptor.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "io/open_file.hpp"
#include "io/pipe_calls.hpp"
#include "io/pipe_stream.hpp"

namespace eddy {

using detail::Descriptor;
using detail::pipe_calls;
using detail::uninterrupted;

namespace {

int access_for(Direction direction) noexcept {
  switch (direction) {
    case Direction::in:
      return O_RDONLY;
    case Direction::out:
      return O_WRONLY;
    case Direction::both:
      return O_RDWR;
  }
  return O_RDWR;
}

bool is_fifo(int descriptor) noexcept {
  struct stat found {};
  return fstat(descriptor, &found) == 0 && S_ISFIFO(found.st_mode);
}

}  // namespace

Result<PipePair> Pipe::make(Loop& loop, Site site) {
  int ends[2];
  if (const int status = uninterrupted(pipe_calls->pipe2, ends, O_CLOEXEC | O_NONBLOCK);
      status < 0) {
    return detail::uv_error(status, "make a pipe");
  }
  Descriptor out(ends[1]);
  auto& impl = detail::LoopImpl::of(loop);
  Result<Pipe> reader = detail::stream_over<Pipe>(impl, Descriptor(ends[0]), Direction::in, site);
  if (!reader) return std::move(reader).error();
  Result<Pipe> writer = detail::stream_over<Pipe>(impl, std::move(out), Direction::out, site);
  if (!writer) return std::move(writer).error();
  return PipePair{*std::move(reader), *std::move(writer)};
}

Result<Pipe> Pipe::adopt(Loop& loop, int descriptor, Site site) {
  Descriptor own(descriptor);
  const Result<Direction> direction = detail::direction_of(descriptor);
  if (!direction) return direction.error().with("adopt a pipe");
  auto pipe =
      detail::stream_over<Pipe>(detail::LoopImpl::of(loop), std::move(own), *direction, site);
  if (!pipe) return std::move(pipe).error().with("adopt a pipe");
  return pipe;
}

Result<Pipe> Pipe::open_fifo(Loop& loop, const std::string& path, Direction direction, Site site) {
  const std::string what = "open the FIFO " + path;
  if (Result<void> valid = detail::check_path(path, what); !valid) return std::move(valid).error();
  // Without O_NONBLOCK open() would wait for the other side.
  const int flags = access_for(direction) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  Descriptor own(uninterrupted(pipe_calls->open, path.c_str(), flags));
  if (own.number() < 0) return detail::uv_error(own.number(), what);
  if (!is_fifo(own.number())) return Error(std::errc::invalid_argument, what + ": not a FIFO");
  auto pipe =
      detail::stream_over<Pipe>(detail::LoopImpl::of(loop), std::move(own), direction, site);
  if (!pipe) return std::move(pipe).error().with(what);
  return pipe;
}

int Pipe::native_handle() const noexcept {
  const auto* block = static_cast<detail::PolledStream*>(base());
  return block == nullptr ? -1 : block->descriptor();
}

}  // namespace eddy
