// SPDX-License-Identifier: MIT
//
// An open file, read and written at explicit offsets. Nothing of it ever blocks the loop.
//
// It has no position that two callers could race for. To read or write from one end to the other
// use io/file_reader.hpp and io/file_writer.hpp, for a whole file at once io/fs.hpp.
#pragma once

#include <eddy/core/future.hpp>
#include <eddy/io/file_status.hpp>
#include <eddy/io/open_options.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace eddy {

namespace detail {
class FileState;
}

/// What a program is about to do with a part of a file.
enum class FileAdvice : std::uint8_t { normal, sequential, random, will_need, will_not_need };

/// A file that is open. One pointer, move-only.
///
/// The results are as if the operations ran one after the other in the order of the calls. In fact
/// what only reads (read_at, status, sync) runs at the same time as its like, and what changes the
/// file (write_at, truncate, preallocate, close) runs alone. Operations on different files are
/// independent, unless they are one file opened twice.
///
/// Cancel, for all operations: total for one whose turn has not come. A call of the kernel that
/// runs cannot be stopped: its future is gone at once, its buffers live until it has ended, and
/// those that came later still wait for it.
/// Errors, for all operations: those of the kernel (std::errc::no_space_on_device and so on; the
/// context says "write /path at 4096"), Errc::closed, and Errc::overloaded at FileThreads's limit.
/// Thread: loop.
/// Lifetime: the destructor lets the operations that were begun or wait go on, and then closes the
/// file, in a thread; an error of that is reported as unread. A file may outlive its loop, which
/// closes it: what waited then does not happen.
class EDDY_EXPORT File {
 public:
  /// A file that is not open; it can be assigned, destroyed and asked.
  File() noexcept = default;
  File(File&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  File& operator=(File&& other) noexcept;
  ~File();

  /// Takes over `descriptor`, which is called `name` in errors.
  [[nodiscard]] static File adopt(Loop& loop, int descriptor, std::string name);

  /// Resolves to `count` octets from `offset` on, or to fewer where the file ends before.
  [[nodiscard]] Future<std::string> read_at(std::uint64_t offset,
                                            std::size_t count,
                                            Site site = EDDY_HERE);
  /// Resolves when the kernel has all of `bytes`, which makes the file longer where needed.
  ///
  /// After an error a part may have been written.
  [[nodiscard]] Future<void> write_at(std::uint64_t offset,
                                      std::string bytes,
                                      Site site = EDDY_HERE);

  [[nodiscard]] Future<FileStatus> status(Site site = EDDY_HERE);
  [[nodiscard]] Future<std::uint64_t> size(Site site = EDDY_HERE);
  /// Cuts the file to `size` octets, or fills it up with zeros to so many.
  [[nodiscard]] Future<void> truncate(std::uint64_t size, Site site = EDDY_HERE);
  /// Sets aside room, so that later writes do not run out of it. The size becomes at least
  /// `offset + count`.
  ///
  /// Errors: std::errc::operation_not_supported by some file systems.
  [[nodiscard]] Future<void> preallocate(std::uint64_t offset,
                                         std::uint64_t count,
                                         Site site = EDDY_HERE);
  /// Tells the kernel what to read ahead or to forget; a `count` of zero means up to the end.
  [[nodiscard]] Future<void> advise(FileAdvice advice,
                                    std::uint64_t offset = 0,
                                    std::uint64_t count = 0,
                                    Site site = EDDY_HERE);

  /// Resolves when what was written before is on the disk (fsync).
  [[nodiscard]] Future<void> sync(Site site = EDDY_HERE);
  /// The same without times and owner (fdatasync).
  [[nodiscard]] Future<void> datasync(Site site = EDDY_HERE);

  /// Closes the file after all that was called before, and tells how that went; some file systems
  /// say only here that something could not be written. Later calls fail with Errc::closed; closing
  /// once more is ready at once.
  ///
  /// Cancel: partial; it is closed all the same, and its error reported as unread.
  [[nodiscard]] Future<void> close(Site site = EDDY_HERE);

  /// False if it is empty, close() was called, or its loop is gone.
  bool open() const noexcept;
  /// The path that it was opened by, for people.
  const std::string& path() const noexcept;
  /// The kernel's descriptor, which stays the file's; -1 if it is not open.
  int native_handle() const noexcept;

 private:
  friend class detail::FileState;
  explicit File(detail::FileState* state) noexcept : state_(state) {}

  detail::FileState& checked() const noexcept;

  detail::FileState* state_ = nullptr;
};

/// Opens the file `path`.
///
/// What is not a regular file is refused without waiting for anybody, though it may have been open
/// for a moment; a device is taken if the options say so. For a FIFO see io/pipe.hpp.
/// Errors: std::errc::no_such_file_or_directory, permission_denied, file_exists, is_a_directory;
/// std::errc::operation_not_supported for a FIFO, a socket or a device; Errc::invalid for options
/// or a path that make no sense.
/// Cancel: partial; a file may have been made or emptied. What was opened is closed.
/// Thread: loop.
[[nodiscard]] EDDY_EXPORT Future<File> open_file(Loop& loop,
                                                 std::string path,
                                                 OpenOptions options = {},
                                                 Site site = EDDY_HERE);

}  // namespace eddy
