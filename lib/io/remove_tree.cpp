// SPDX-License-Identifier: MIT
//
// Removes a tree from its leaves to its root. Every name is looked up in a directory that is open,
// and no symbolic link is followed on the way, so that nobody can lead it elsewhere.
#include <eddy/io/fs.hpp>

#include <fcntl.h>

#include <string_view>
#include <vector>

#include "io/directory_stream.hpp"
#include "io/path_jobs.hpp"

namespace eddy::detail {
namespace {

class TreeRemoval {
 public:
  TreeRemoval(const std::string& path, const std::stop_token& stop) : root_(path), stop_(stop) {}

  Result<std::uint64_t> run() {
    Result<void> result = remove(AT_FDCWD, root_, root_);
    while (result && !levels_.empty() && !stop_.stop_requested())
      result = step();
    if (!result) return std::move(result).error();
    if (!levels_.empty()) return Error(Errc::canceled);
    return removed_;
  }

 private:
  struct Level {
    DirectoryStream entries;
    int parent;        // the directory that it is in
    std::string name;  // which it has there
  };

  /// Removes one name, or enters it if it is a directory.
  Result<void> remove(int directory, const std::string& name, const std::string& path) {
    const int result = retried(file_calls->unlinkat, directory, name.c_str(), 0);
    if (result == -ENOENT) return {};
    if (result == 0) ++removed_;
    if (result == 0 || (result != -EISDIR && result != -EPERM)) {
      return path_outcome(result, "remove", path);
    }
    if (levels_.size() == fs::remove_depth) {
      return Error(
          Errc::too_large,
          "remove " + path + ": more than " + std::to_string(fs::remove_depth) + " levels");
    }
    Result<DirectoryStream> entered = DirectoryStream::open(directory, name, path, false);
    if (!entered && entered.error() == std::errc::not_a_directory) {
      return path_outcome(result, "remove", path);  // it was a file, and that is the error
    }
    if (!entered && entered.error() == std::errc::no_such_file_or_directory) return {};
    if (!entered) return std::move(entered).error();
    levels_.push_back(Level{*std::move(entered), directory, name});
    return {};
  }

  /// The next entry of the innermost directory, or that directory itself.
  Result<void> step() {
    Level& inner = levels_.back();
    Result<std::optional<DirectoryStream::Entry>> entry = inner.entries.next();
    if (!entry) return std::move(entry).error();
    if (*entry) {
      const std::string path = inner.entries.path_of((*entry)->name);
      return remove(inner.entries.descriptor(), (*entry)->name, path);
    }
    const int result =
        retried(file_calls->unlinkat, inner.parent, inner.name.c_str(), AT_REMOVEDIR);
    if (result < 0 && result != -ENOENT) return file_error(-result, "remove", inner.entries.path());
    if (result == 0) ++removed_;
    levels_.pop_back();
    return {};
  }

  const std::string& root_;
  const std::stop_token& stop_;
  std::vector<Level> levels_;
  std::uint64_t removed_ = 0;
};

/// Whether the kernel will not remove `path` itself, so that what is in it is not to go either.
bool is_unremovable(std::string_view path) noexcept {
  while (path.ends_with('/'))
    path.remove_suffix(1);
  const std::string_view last = path.substr(path.rfind('/') + 1);  // all of it without a slash
  return last.empty() || last == "." || last == "..";
}

}  // namespace

Result<std::uint64_t> remove_tree(const std::string& path, const std::stop_token& stop) {
  if (Result<void> valid = check_path(path, "remove"); !valid) return std::move(valid).error();
  if (is_unremovable(path)) {
    return Error(Errc::invalid, "remove " + path + " (which only has a name further up, or none)");
  }
  return TreeRemoval(path, stop).run();
}

}  // namespace eddy::detail
