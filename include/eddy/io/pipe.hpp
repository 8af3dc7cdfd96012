// SPDX-License-Identifier: MIT
//
// A stream over a pipe, a FIFO, or what else is read and written like one and can be waited for,
// such as the master of a pseudo terminal.
//
// Two programs that talk in both directions use a Unix socket: io/unix_stream.hpp. What the program
// was started with is in io/standard_streams.hpp.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/direction.hpp>
#include <eddy/io/stream.hpp>

#include <string>

namespace eddy {

struct PipePair;

/// One end of a pipe.
///
/// Adds functions and no data to Stream, as which it may be moved away. An end that goes one way
/// only fails with std::errc::bad_file_descriptor when it is used the other way. Writing when
/// nobody can read any more fails with std::errc::broken_pipe; there is no SIGPIPE. shutdown()
/// closes an end that only writes, so that the reader sees the end.
/// Thread: loop.
class EDDY_EXPORT Pipe : public Stream {
 public:
  Pipe() noexcept = default;

  /// Makes a pipe within the program, or to be given to a child.
  /// Errors: std::errc::too_many_files_open and so on.
  [[nodiscard]] static Result<PipePair> make(Loop& loop, Site site = EDDY_HERE);
  /// Takes over `descriptor`, which is closed if this fails; makes it non-blocking, also for those
  /// who share it. For a descriptor that stays somebody else's use borrow_stream().
  ///
  /// The end of a pseudo terminal's other side is an end of stream, after its last octet.
  /// Errors: std::errc::operation_not_permitted for a regular file, which cannot be waited for.
  [[nodiscard]] static Result<Pipe> adopt(Loop& loop, int descriptor, Site site = EDDY_HERE);
  /// Opens the FIFO at `path`; see mkfifo(3).
  ///
  /// A reader sees no end before the first writer has come; one that is open for both directions
  /// never sees an end, which is what a program wants whose writers come and go.
  /// Errors: std::errc::no_such_device_or_address if it writes and nobody reads,
  /// std::errc::invalid_argument if there is something else at `path`, Errc::invalid for a path
  /// that is empty or has a NUL in it, and so on.
  [[nodiscard]] static Result<Pipe> open_fifo(Loop& loop,
                                              const std::string& path,
                                              Direction direction,
                                              Site site = EDDY_HERE);

  /// The kernel's descriptor, which stays the stream's; -1 if it is not open.
  int native_handle() const noexcept;

 private:
  friend class detail::StreamBase;

  explicit Pipe(detail::StreamBase* base) noexcept : Stream(base) {}
};

/// The two ends of a pipe.
struct PipePair {
  Pipe reader;
  Pipe writer;
};

}  // namespace eddy
