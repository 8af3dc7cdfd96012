// SPDX-License-Identifier: MIT
//
// Where a walk through a tree of directories stands.
//
// Private to io. One thread at a time goes on with it.
#pragma once

#include <eddy/io/walk.hpp>

#include <optional>
#include <string>
#include <vector>

#include "io/directory_stream.hpp"

namespace eddy::detail {

class Walker {
 public:
  Walker(std::string root, const fs::WalkOptions& options)
      : root_(std::move(root)), options_(options) {}

  /// The next entries, at most so many; none at the end.
  Result<std::vector<fs::DirectoryEntry>> next(std::size_t most);

 private:
  struct Level {
    DirectoryStream entries;
    dev_t device;  // with the inode it tells a circle of links
    ino_t inode;
  };

  Result<void> enter(int directory, const std::string& name, const std::string& path, bool follow);
  bool inside(const struct stat& directory) const noexcept;
  /// One step of the walk, which may give an entry, or one more for an error.
  Result<void> step(std::vector<fs::DirectoryEntry>& found);
  FileKind kind_of(const DirectoryStream::Entry& entry, bool& enters) const;

  const std::string root_;
  const fs::WalkOptions options_;
  bool begun_ = false;
  std::vector<Level> levels_;
  std::optional<Error> failed_;  // ends the walk, after what was found before it
};

}  // namespace eddy::detail
