// SPDX-License-Identifier: MIT
#include "io/replacement.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace eddy::detail {
namespace {

/// A name is 64 random bits; that it is taken is an accident, that many are is an error.
constexpr int name_tries = 16;

}  // namespace

Result<Replacement> Replacement::begin(const std::string& path) {
  Result<SplitPath> place = split_path(path);
  if (!place) return std::move(place).error();
  Replacement made(path, *std::move(place));
  const int directory = retried(file_calls->openat,
                                AT_FDCWD,
                                made.place_.directory.c_str(),
                                O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                                mode_t{0});
  if (directory < 0) return file_error(-directory, "open the directory of", path);
  made.directory_ = std::make_shared<OpenFile>(directory, made.place_.directory);
  return made;
}

Result<void> Replacement::make(std::uint32_t mode) {
  int result = -EEXIST;
  for (int i = 0; i < name_tries && result == -EEXIST; ++i) {
    temporary_ = temporary_name();
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    result = retried(
        file_calls->openat, directory_->descriptor(), temporary_.c_str(), flags, mode & 07777U);
  }
  if (result < 0) {
    temporary_.clear();
    return file_error(-result, "make a file beside", path_);
  }
  file_ = std::make_shared<OpenFile>(result, path_);
  return {};
}

Replacement::~Replacement() {
  if (temporary_.empty()) return;
  // What else could be done if this fails too has been told by the first error.
  retried(file_calls->unlinkat, directory_->descriptor(), temporary_.c_str(), 0);
}

Result<std::optional<FileStatus>> Replacement::old() const {
  struct stat found {};
  const int result = retried(
      &::fstatat, directory_->descriptor(), place_.name.c_str(), &found, AT_SYMLINK_NOFOLLOW);
  if (result == -ENOENT) return std::optional<FileStatus>();
  if (result < 0) return file_error(-result, "stat", path_);
  return std::optional(status_of(found));
}

Result<void> Replacement::commit(bool replace, bool sync) {
  if (sync) {
    if (Result<void> synced = file_->sync(); !synced) return synced;
  }
  if (Result<void> closed = file_->close(); !closed) return closed;
  const int result = give_name(replace);
  if (result < 0) return file_error(-result, "replace", path_);
  temporary_.clear();
  if (!sync) return {};
  const int synced = retried(file_calls->fsync, directory_->descriptor());
  if (synced == -EINVAL) return {};  // a file system that syncs no directories
  return path_outcome(synced, "sync the directory of", path_);
}

/// Gives a negative errno, or the file its name.
int Replacement::give_name(bool replace) const noexcept {
  const int directory = directory_->descriptor();
  const char* const from = temporary_.c_str();
  const char* const to = place_.name.c_str();
  const unsigned flags = replace ? 0U : RENAME_NOREPLACE;
  const int result = retried(file_calls->renameat2, directory, from, directory, to, flags);
  if (replace || result != -EINVAL) return result;
  // A file system that does not know the flag. Two names for a moment, but never a file replaced.
  const int linked = retried(&::linkat, directory, from, directory, to, 0);
  if (linked == 0) retried(file_calls->unlinkat, directory, from, 0);
  return linked;
}

}  // namespace eddy::detail
