// SPDX-License-Identifier: MIT
#include "io/beneath.hpp"

#include <fcntl.h>

#include <algorithm>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

#include "io/path_jobs.hpp"

namespace eddy::detail {
namespace {

/// The kernel gives EAGAIN when a directory was renamed while it looked.
constexpr int tries = 64;
/// As many as the kernel follows.
constexpr int most_links = 40;

int open_by_kernel(int directory,
                   const std::string& relative,
                   const OpenOptions& options,
                   Symlinks symlinks) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(open_flags(options));
  if (options.create || options.exclusive) how.mode = options.mode & 07777U;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (symlinks == Symlinks::refuse) how.resolve |= RESOLVE_NO_SYMLINKS;
  int result = -EAGAIN;
  for (int i = 0; i < tries && result == -EAGAIN; ++i)
    result = retried(file_calls->openat2, directory, relative.c_str(), &how);
  return result;
}

/// Goes a path part by part, each part in the directory that is open then, and never above the
/// first.
class PartWalk {
 public:
  PartWalk(const OpenFile& root, const OpenOptions& options, Symlinks symlinks)
      : root_(root), options_(options), symlinks_(symlinks) {}

  /// A descriptor, or a negative errno.
  int open(std::string_view relative) {
    if (!add_parts(relative)) return -EXDEV;
    while (!parts_.empty() && opened_ < 0) {
      const std::string part = std::move(parts_.front());
      parts_.pop_front();
      if (part == "." && !parts_.empty()) continue;
      const int result = part == ".." ? leave() : parts_.empty() ? open_last(part) : enter(part);
      if (result < 0) return result;
    }
    return opened_ >= 0 ? opened_ : -EISDIR;  // it has led back to a directory
  }

 private:
  /// False for an absolute path. A "." at the end, or the "/" that means the same, stays: what is
  /// before it has to be a directory.
  bool add_parts(std::string_view path) {
    if (path.starts_with('/')) return false;
    std::vector<std::string> added;
    const bool ends_in_directory = path.ends_with('/') || path.ends_with("/.");
    while (!path.empty()) {
      const std::string_view part = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(part.size() + 1, path.size()));
      if (!part.empty() && part != ".") added.emplace_back(part);
    }
    if (ends_in_directory) added.emplace_back(".");
    parts_.insert(parts_.begin(), added.begin(), added.end());
    return true;
  }
  int here() const noexcept {
    return levels_.empty() ? root_.descriptor() : levels_.back().descriptor();
  }
  int leave() {
    if (levels_.empty()) return -EXDEV;
    levels_.pop_back();
    return 0;
  }
  int enter(const std::string& part) {
    const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const int result = retried(file_calls->openat, here(), part.c_str(), flags, mode_t{0});
    if (result == -ENOTDIR || result == -ELOOP) return follow(part, result);
    if (result >= 0) levels_.emplace_back(result, part);
    return result < 0 ? result : 0;
  }
  int open_last(const std::string& part) {
    const int flags = open_flags(options_) | O_NOFOLLOW;
    const int result = retried(file_calls->openat, here(), part.c_str(), flags, options_.mode);
    if (result == -ELOOP && options_.follow_symlinks) return follow(part, result);
    opened_ = result;
    return result;
  }
  /// Puts what a link points to in the place of the link.
  int follow(const std::string& part, int why) {
    const Result<std::string> target = link_target(here(), part);
    if (!target) return why;  // no link
    if (symlinks_ == Symlinks::refuse || ++links_ > most_links) return -ELOOP;
    return add_parts(*target) ? 0 : -EXDEV;
  }

  const OpenFile& root_;
  const OpenOptions& options_;
  const Symlinks symlinks_;
  std::deque<std::string> parts_;  // still to go
  std::deque<OpenFile> levels_;    // below the root
  int links_ = 0;
  int opened_ = -1;
};

}  // namespace

Result<OpenFilePtr> open_beneath(const OpenFile& directory,
                                 const std::string& relative,
                                 const OpenOptions& options,
                                 Symlinks symlinks) {
  if (Result<void> valid = check_path(relative, "open"); !valid) return std::move(valid).error();
  int result = open_by_kernel(directory.descriptor(), relative, options, symlinks);
  if (result == -ENOSYS || result == -EPERM) {  // an old kernel, or one that a sandbox hides
    result = PartWalk(directory, options, symlinks).open(relative);
  }
  const std::string path = directory.path() + '/' + relative;
  if (result == -ENXIO && !options.special) {
    return file_error(ENOTSUP, "open the FIFO or socket", path);
  }
  if (result < 0) return file_error(-result, "open", path);
  return accept_opened(result, path, options);
}

}  // namespace eddy::detail
