// SPDX-License-Identifier: MIT
#include "io/directory_stream.hpp"

#include <fcntl.h>

#include <cerrno>
#include <string_view>

namespace eddy::detail {
namespace {

FileKind kind_of(unsigned char type) noexcept {
  switch (type) {
    case DT_REG:
      return FileKind::regular;
    case DT_DIR:
      return FileKind::directory;
    case DT_LNK:
      return FileKind::symlink;
    case DT_FIFO:
      return FileKind::fifo;
    case DT_SOCK:
      return FileKind::socket;
    case DT_CHR:
      return FileKind::character_device;
    case DT_BLK:
      return FileKind::block_device;
    default:
      return FileKind::unknown;
  }
}

}  // namespace

Result<DirectoryStream> DirectoryStream::open(int directory,
                                              const std::string& name,
                                              std::string path,
                                              bool follow) {
  const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
  const int opened = retried(file_calls->openat, directory, name.c_str(), flags, mode_t{0});
  if (opened < 0) return file_error(-opened, "open the directory", path);
  DIR* const stream = ::fdopendir(opened);
  if (stream == nullptr) {
    const int code = errno;
    file_calls->close(opened);
    return file_error(code, "open the directory", path);
  }
  return DirectoryStream(stream, std::move(path));
}

DirectoryStream::~DirectoryStream() {
  if (stream_ != nullptr) ::closedir(stream_);
}

Result<std::optional<DirectoryStream::Entry>> DirectoryStream::next() {
  for (;;) {
    errno = 0;
    const dirent* const found = file_calls->readdir(stream_);
    if (found == nullptr) {
      if (errno == EINTR) continue;
      if (errno != 0) return file_error(errno, "list the directory", path_);
      return std::optional<Entry>();
    }
    const std::string_view name = found->d_name;
    if (name != "." && name != "..") {
      return std::optional(Entry{std::string(name), kind_of(found->d_type)});
    }
  }
}

std::string DirectoryStream::path_of(const std::string& name) const {
  return path_.ends_with('/') ? path_ + name : path_ + '/' + name;
}

}  // namespace eddy::detail
