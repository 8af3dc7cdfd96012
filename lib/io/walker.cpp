// SPDX-License-Identifier: MIT
#include "io/walker.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace eddy::detail {

using fs::DirectoryEntry;

Result<std::vector<DirectoryEntry>> Walker::next(std::size_t most) {
  std::vector<DirectoryEntry> found;
  if (!std::exchange(begun_, true)) {
    if (Result<void> valid = check_path(root_, "list the directory"); !valid) {
      return std::move(valid).error();
    }
    if (Result<void> root = enter(AT_FDCWD, root_, root_, true); !root) {
      return std::move(root).error();
    }
  }
  while (found.size() < most && !levels_.empty()) {
    if (Result<void> stepped = step(found); !stepped) {
      levels_.clear();
      failed_ = std::move(stepped).error();
    }
  }
  if (found.empty() && failed_) return *std::exchange(failed_, std::nullopt);
  return found;
}

Result<void> Walker::enter(int directory,
                           const std::string& name,
                           const std::string& path,
                           bool follow) {
  Result<DirectoryStream> opened = DirectoryStream::open(directory, name, path, follow);
  if (!opened) return std::move(opened).error();
  struct stat found {};
  const int result = retried(file_calls->fstat, opened->descriptor(), &found);
  if (result < 0) return file_error(-result, "stat", path);
  if (inside(found)) return file_error(ELOOP, "walk", path);
  levels_.push_back(Level{*std::move(opened), found.st_dev, found.st_ino});
  return {};
}

bool Walker::inside(const struct stat& directory) const noexcept {
  return std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) {
    return level.device == directory.st_dev && level.inode == directory.st_ino;
  });
}

/// The kind of an entry, and whether it is a directory to be entered.
FileKind Walker::kind_of(const DirectoryStream::Entry& entry, bool& enters) const {
  const int directory = levels_.back().entries.descriptor();
  FileKind kind = entry.kind;
  struct stat found {};
  if (kind == FileKind::unknown &&
      retried(&::fstatat, directory, entry.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) {
    kind = status_of(found).kind;
  }
  enters = kind == FileKind::directory;
  if (kind == FileKind::symlink && options_.follow_symlinks) {
    enters = retried(&::fstatat, directory, entry.name.c_str(), &found, 0) == 0 &&
             S_ISDIR(found.st_mode);
  }
  return kind;
}

Result<void> Walker::step(std::vector<DirectoryEntry>& found) {
  DirectoryStream& inner = levels_.back().entries;
  const auto depth = static_cast<unsigned>(levels_.size());
  Result<std::optional<DirectoryStream::Entry>> entry = inner.next();
  if (!entry) {
    if (options_.errors_end || depth == 1) return entry.error();
    found.push_back({inner.path(), FileKind::directory, depth - 1, entry.error()});
  }
  if (!entry || !*entry) {
    levels_.pop_back();
    return {};
  }
  const std::string name = std::move((*entry)->name);
  bool enters = false;
  const FileKind kind = kind_of({name, (*entry)->kind}, enters);
  const std::string path = inner.path_of(name);
  found.push_back({path, kind, depth, std::nullopt});
  if (!enters || depth >= options_.max_depth) return {};
  Result<void> entered = enter(inner.descriptor(), name, path, options_.follow_symlinks);
  if (entered || options_.errors_end) return entered;
  found.push_back({path, kind, depth, std::move(entered).error()});
  return {};
}

}  // namespace eddy::detail
