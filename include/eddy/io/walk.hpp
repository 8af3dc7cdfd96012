// SPDX-License-Identifier: MIT
//
// What is in a directory, and in those below it.
//
//     fs::walk(loop, "/var/log").for_each([](const fs::DirectoryEntry& entry) { ... });
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/io/file_status.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace eddy::fs {

struct DirectoryEntry {
  std::string path;  ///< begins with the directory that was asked for
  FileKind kind = FileKind::unknown;
  unsigned depth = 0;          ///< 1 for what is in that directory itself
  std::optional<Error> error;  ///< why this directory was not entered, or its list breaks off

  /// The last part of the path.
  std::string_view name() const noexcept {
    return std::string_view(path).substr(path.rfind('/') + 1);
  }
};

struct WalkOptions {
  /// Directories at this depth are given but not entered, and without an error: who must not miss
  /// anything looks at DirectoryEntry::depth. Each level takes a descriptor.
  unsigned max_depth = 64;
  /// Enters directories that symbolic links point to, but none that it is in already.
  bool follow_symlinks = false;
  /// An error below the root ends the walk too. Otherwise it is the entry's, given once more with
  /// it.
  bool errors_end = false;
};

/// The entries of one directory, in the order in which the kernel has them, without "." and "..".
///
/// Read in groups of 256, so that a large directory takes little memory.
/// Errors: through next().
/// Cancel: total.
/// Thread: loop.
/// Lifetime: `loop` must outlive the iteration.
[[nodiscard]] EDDY_EXPORT AsyncIterator<DirectoryEntry> scandir(Loop& loop, std::string path);

/// The entries of `root` and of all directories below it, each directory before what is in it.
///
/// As scandir() otherwise. What changes meanwhile may be seen or not.
[[nodiscard]] EDDY_EXPORT AsyncIterator<DirectoryEntry> walk(Loop& loop,
                                                             std::string root,
                                                             WalkOptions options = {});

}  // namespace eddy::fs
