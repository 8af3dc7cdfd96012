// SPDX-License-Identifier: MIT
#include "io/path_jobs.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdio>

namespace eddy::detail {

Result<void> path_outcome(long result, std::string_view verb, std::string_view path) {
  if (result >= 0) return {};
  return file_error(static_cast<int>(-result), verb, path);
}

Result<SplitPath> split_path(const std::string& path) {
  if (Result<void> valid = check_path(path, "write"); !valid) return std::move(valid).error();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return SplitPath{".", path};
  if (slash + 1 == path.size()) {
    return Error(Errc::invalid, "write " + path + ", which names a directory");
  }
  return SplitPath{slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

std::string temporary_name() {
  std::uint64_t number = 0;
  retried(&::getrandom, &number, sizeof number, 0U);
  char name[32];
  std::snprintf(name, sizeof name, ".eddy-%016llx", static_cast<unsigned long long>(number));
  return name;
}

Result<std::string> read_whole(const std::string& path, std::size_t limit) {
  const Result<OpenFilePtr> file = open_path(path, {});
  if (!file) return file.error();
  const std::size_t asked = limit < std::string().max_size() ? limit + 1 : limit;
  Result<std::string> bytes = (*file)->read(asked, 0);
  if (bytes && bytes->size() > limit) {
    return Error(Errc::too_large,
                 "read " + path + ": more than " + std::to_string(limit) + " octets");
  }
  return bytes;
}

Result<void> write_whole(const std::string& path, ByteView bytes, std::uint32_t mode) {
  const Result<OpenFilePtr> file = open_path(
      path, {.read = false, .write = true, .create = true, .truncate = true, .mode = mode});
  if (!file) return file.error();
  if (Result<void> written = (*file)->write(bytes, 0); !written) return written;
  return (*file)->close();
}

Result<FileStatus> stat_path(const std::string& path, bool follow) {
  if (Result<void> valid = check_path(path, "stat"); !valid) return std::move(valid).error();
  struct stat found {};
  const int flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
  const int result = retried(&::fstatat, AT_FDCWD, path.c_str(), &found, flags);
  if (result < 0) return file_error(-result, "stat", path);
  return status_of(found);
}

Result<void> make_directories(const std::string& path, std::uint32_t mode) {
  if (Result<void> valid = check_path(path, "mkdir"); !valid) return std::move(valid).error();
  int result = 0;
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    result = retried(&::mkdir, part.c_str(), mode);
    if (result < 0 && result != -EEXIST) return file_error(-result, "mkdir", part);
    if (end == std::string::npos) break;
  }
  const Result<FileStatus> made = stat_path(path, true);
  if (!made) return made.error();
  if (made->kind != FileKind::directory) return file_error(ENOTDIR, "mkdir", path);
  return {};
}

Result<OpenFilePtr> open_nameless(const std::string& directory) {
  if (Result<void> valid = check_path(directory, "open a temporary file"); !valid) {
    return std::move(valid).error();
  }
  constexpr mode_t owner_alone = 0600;
  const int flags = O_RDWR | O_CLOEXEC | O_NONBLOCK;
  int result =
      retried(file_calls->openat, AT_FDCWD, directory.c_str(), flags | O_TMPFILE, owner_alone);
  if (result == -EOPNOTSUPP || result == -EISDIR || result == -EINVAL) {
    // A file system, or a kernel, that makes no nameless files.
    const std::string path = directory + '/' + temporary_name();
    result =
        retried(file_calls->openat, AT_FDCWD, path.c_str(), flags | O_CREAT | O_EXCL, owner_alone);
    if (result >= 0) retried(file_calls->unlinkat, AT_FDCWD, path.c_str(), 0);
  }
  if (result < 0) return file_error(-result, "open a temporary file in", directory);
  return std::make_shared<OpenFile>(result, directory + "/(temporary)");
}

Result<void> remove_one(const std::string& path) {
  if (Result<void> valid = check_path(path, "remove"); !valid) return std::move(valid).error();
  int result = retried(file_calls->unlinkat, AT_FDCWD, path.c_str(), 0);
  if (result == -EISDIR) {
    result = retried(file_calls->unlinkat, AT_FDCWD, path.c_str(), AT_REMOVEDIR);
  }
  return path_outcome(result, "remove", path);
}

Result<std::string> link_target(int directory, const std::string& path) {
  if (Result<void> valid = check_path(path, "read the link"); !valid) {
    return std::move(valid).error();
  }
  std::string target(PATH_MAX, '\0');
  const ssize_t size =
      retried(&::readlinkat, directory, path.c_str(), target.data(), target.size());
  if (size < 0) return file_error(static_cast<int>(-size), "read the link", path);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

}  // namespace eddy::detail
