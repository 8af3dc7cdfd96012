// SPDX-License-Identifier: MIT
//
// A descriptor of a file and its name, and what can be done with them in a thread.
//
// Private to io. All of it but read_cached() blocks; nothing of it knows a loop. Errors say what
// was tried with which file: "write /path at 4096".
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/base/result.hpp>
#include <eddy/io/file_status.hpp>
#include <eddy/io/open_options.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/file_calls.hpp"

namespace eddy::detail {

/// `code` is an errno.
Error file_error(int code, std::string_view verb, std::string_view path);

/// Owned by a FileState and by the jobs that work on it, so that the descriptor is closed once, and
/// after the last of them.
///
/// Thread: any, one at a time for close(); reads and writes may run together.
class OpenFile {
 public:
  OpenFile(int descriptor, std::string path) noexcept
      : path_(std::move(path)), descriptor_(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  const std::string& path() const noexcept { return path_; }
  int descriptor() const noexcept { return descriptor_; }
  Error error(int code, std::string_view verb) const { return file_error(code, verb, path_); }
  Error error_at(int code, std::string_view verb, std::uint64_t offset) const;

  /// Fills `to` as far as the file goes; gives how many octets there were.
  Result<std::size_t> read(char* to, std::size_t count, std::uint64_t offset) const;
  Result<std::string> read(std::size_t count, std::uint64_t offset) const;
  /// As many octets as the kernel has in memory, up to `count`; none at the end of the file.
  /// Nothing if that cannot be known without waiting, or fails: a thread will find out.
  std::optional<std::size_t> read_cached(char* to, std::size_t count, std::uint64_t offset) const;
  /// All of `bytes` or an error.
  Result<void> write(ByteView bytes, std::uint64_t offset) const;
  Result<FileStatus> status() const;
  Result<void> set_mode(std::uint32_t mode) const;
  Result<void> set_owner(std::uint32_t owner, std::uint32_t group) const;
  Result<void> truncate(std::uint64_t size) const;
  Result<void> sync() const;
  Result<void> datasync() const;
  /// The second time does nothing.
  Result<void> close();

 private:
  std::string path_;
  int descriptor_;
};

using OpenFilePtr = std::shared_ptr<OpenFile>;

FileStatus status_of(const struct stat& from) noexcept;

/// Errors: Errc::invalid for an empty path and one with a NUL, which would name another file; the
/// context says what was to be done with it.
Result<void> check_path(std::string_view path, std::string_view verb);

/// Opens `path`, seen from `directory` (or AT_FDCWD), and refuses what is no regular file.
Result<OpenFilePtr> open_path(const std::string& path, const OpenOptions& options);
/// What the kernel's open is told.
int open_flags(const OpenOptions& options) noexcept;
/// Takes over `descriptor`, or closes it if that is no file that `options` allow.
Result<OpenFilePtr> accept_opened(int descriptor, std::string path, const OpenOptions& options);

}  // namespace eddy::detail
