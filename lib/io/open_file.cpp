// SPDX-License-Identifier: MIT
#include "io/open_file.hpp"

#include <eddy/base/log.hpp>

#include <fcntl.h>

#include <algorithm>
#include <limits>
#include <system_error>

namespace eddy::detail {
namespace {

/// The kernel moves no more than about 2 GiB in one call.
constexpr std::size_t most_at_once = 1U << 30;
/// What a read into a string grows by, so that a careless count takes no memory before the file
/// proves to be that long.
constexpr std::size_t read_step = 4U << 20;

FileStatus::Time time_of(const timespec& from) noexcept {
  using std::chrono::system_clock;
  const auto since = std::chrono::seconds(from.tv_sec) + std::chrono::nanoseconds(from.tv_nsec);
  return FileStatus::Time(std::chrono::duration_cast<system_clock::duration>(since));
}

FileKind kind_of(mode_t mode) noexcept {
  if (S_ISREG(mode)) return FileKind::regular;
  if (S_ISDIR(mode)) return FileKind::directory;
  if (S_ISLNK(mode)) return FileKind::symlink;
  if (S_ISFIFO(mode)) return FileKind::fifo;
  if (S_ISSOCK(mode)) return FileKind::socket;
  if (S_ISCHR(mode)) return FileKind::character_device;
  if (S_ISBLK(mode)) return FileKind::block_device;
  return FileKind::unknown;
}

bool is_device(FileKind kind) noexcept {
  return kind == FileKind::character_device || kind == FileKind::block_device;
}

Result<void> outcome(const OpenFile& file, long result, const char* verb) {
  if (result >= 0) return {};
  return file.error(static_cast<int>(-result), verb);
}

}  // namespace

Error file_error(int code, std::string_view verb, std::string_view path) {
  std::string context(verb);
  context.append(" ").append(path);
  return Error(std::error_code(code, std::system_category()), context);
}

FileStatus status_of(const struct stat& from) noexcept {
  FileStatus status;
  status.kind = kind_of(from.st_mode);
  status.size = static_cast<std::uint64_t>(from.st_size);
  status.mode = from.st_mode & 07777U;
  status.owner = from.st_uid;
  status.group = from.st_gid;
  status.links = from.st_nlink;
  status.device = from.st_dev;
  status.inode = from.st_ino;
  status.accessed = time_of(from.st_atim);
  status.modified = time_of(from.st_mtim);
  status.changed = time_of(from.st_ctim);
  return status;
}

Result<void> check_path(std::string_view path, std::string_view verb) {
  if (path.empty()) return Error(Errc::invalid, "an empty path").with(verb);
  if (path.find('\0') == std::string_view::npos) return {};
  return Error(Errc::invalid, "a NUL in a path").with(verb);
}

OpenFile::~OpenFile() {
  if (Result<void> closed = close(); !closed) {
    log::error("a file was not closed in order", {{"error", closed.error().message()}});
  }
}

Error OpenFile::error_at(int code, std::string_view verb, std::uint64_t offset) const {
  return file_error(code, verb, path_ + " at " + std::to_string(offset));
}

Result<std::size_t> OpenFile::read(char* to, std::size_t count, std::uint64_t offset) const {
  std::size_t done = 0;
  while (done < count) {
    const std::size_t wanted = std::min(count - done, most_at_once);
    const ssize_t got = retried(
        file_calls->pread, descriptor_, to + done, wanted, static_cast<off_t>(offset + done));
    if (got < 0) return error_at(static_cast<int>(-got), "read", offset + done);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::optional<std::size_t> OpenFile::read_cached(char* to,
                                                 std::size_t count,
                                                 std::uint64_t offset) const {
  const ssize_t got =
      retried(file_calls->read_cached, descriptor_, to, count, static_cast<off_t>(offset));
  if (got < 0) return std::nullopt;
  return static_cast<std::size_t>(got);
}

Result<std::string> OpenFile::read(std::size_t count, std::uint64_t offset) const {
  std::string bytes;
  while (bytes.size() < count) {
    const std::size_t before = bytes.size();
    const std::size_t step = std::min(count - before, read_step);
    bytes.resize(before + step);
    const Result<std::size_t> got = read(bytes.data() + before, step, offset + before);
    if (!got) return got.error();
    bytes.resize(before + *got);
    if (*got < step) break;
  }
  return bytes;
}

Result<void> OpenFile::write(ByteView bytes, std::uint64_t offset) const {
  while (!bytes.empty()) {
    const std::size_t wanted = std::min(bytes.size(), most_at_once);
    const ssize_t took =
        retried(file_calls->pwrite, descriptor_, bytes.data(), wanted, static_cast<off_t>(offset));
    if (took < 0) return error_at(static_cast<int>(-took), "write", offset);
    if (took == 0) return error_at(EIO, "write", offset);  // no progress and no reason
    bytes.remove_prefix(static_cast<std::size_t>(took));
    offset += static_cast<std::uint64_t>(took);
  }
  return {};
}

Result<FileStatus> OpenFile::status() const {
  struct stat found {};
  const int result = retried(file_calls->fstat, descriptor_, &found);
  if (result < 0) return error(-result, "stat");
  return status_of(found);
}

Result<void> OpenFile::set_mode(std::uint32_t mode) const {
  return outcome(*this, retried(file_calls->fchmod, descriptor_, mode), "set the mode of");
}

Result<void> OpenFile::set_owner(std::uint32_t owner, std::uint32_t group) const {
  return outcome(*this, retried(file_calls->fchown, descriptor_, owner, group), "set the owner of");
}

Result<void> OpenFile::truncate(std::uint64_t size) const {
  if (size > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
    return error(EFBIG, "truncate");
  }
  return outcome(
      *this, retried(file_calls->ftruncate, descriptor_, static_cast<off_t>(size)), "truncate");
}

Result<void> OpenFile::sync() const {
  return outcome(*this, retried(file_calls->fsync, descriptor_), "sync");
}

Result<void> OpenFile::datasync() const {
  return outcome(*this, retried(file_calls->fdatasync, descriptor_), "sync");
}

Result<void> OpenFile::close() {
  if (descriptor_ < 0) return {};
  // After EINTR the descriptor is gone on Linux: closing again might hit another's.
  const int result = file_calls->close(std::exchange(descriptor_, -1));
  if (result == 0 || errno == EINTR) return {};
  return error(errno, "close");
}

int open_flags(const OpenOptions& options) noexcept {
  int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  flags |= options.read && options.write ? O_RDWR : options.write ? O_WRONLY : O_RDONLY;
  if (options.append) flags |= O_APPEND;
  if (options.create || options.exclusive) flags |= O_CREAT;
  if (options.exclusive) flags |= O_EXCL;
  if (options.truncate) flags |= O_TRUNC;
  if (!options.follow_symlinks) flags |= O_NOFOLLOW;
  return flags;
}

Result<OpenFilePtr> accept_opened(int descriptor, std::string path, const OpenOptions& options) {
  auto file = std::make_shared<OpenFile>(descriptor, std::move(path));
  const Result<FileStatus> found = file->status();
  if (!found) return found.error();
  if (found->kind == FileKind::directory) return file->error(EISDIR, "open");
  if (found->kind == FileKind::regular || (options.special && is_device(found->kind))) return file;
  return file->error(ENOTSUP, std::string("open the ") + name_of(found->kind));
}

Result<OpenFilePtr> open_path(const std::string& path, const OpenOptions& options) {
  if (Result<void> valid = check_path(path, "open"); !valid) return std::move(valid).error();
  const int result =
      retried(file_calls->openat, AT_FDCWD, path.c_str(), open_flags(options), options.mode);
  // A socket, or a FIFO that nobody reads from, cannot be opened to begin with.
  if (result == -ENXIO && !options.special) {
    return file_error(ENOTSUP, "open the FIFO or socket", path);
  }
  if (result < 0) return file_error(-result, "open", path);
  return accept_opened(result, path, options);
}

}  // namespace eddy::detail

namespace eddy {

const char* name_of(FileKind kind) noexcept {
  switch (kind) {
    case FileKind::regular:
      return "file";
    case FileKind::directory:
      return "directory";
    case FileKind::symlink:
      return "symbolic link";
    case FileKind::fifo:
      return "FIFO";
    case FileKind::socket:
      return "socket";
    case FileKind::character_device:
      return "character device";
    case FileKind::block_device:
      return "block device";
    case FileKind::unknown:
      break;
  }
  return "object of unknown kind";
}

Result<void> OpenOptions::validate() const {
  if (!read && !write) return Error(Errc::invalid, "a file opened neither to read nor to write");
  if (write) return {};
  if (append || truncate || create || exclusive) {
    return Error(Errc::invalid, "append, truncate, create and exclusive need write");
  }
  return {};
}

}  // namespace eddy
