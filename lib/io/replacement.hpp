// SPDX-License-Identifier: MIT
//
// A file that is written under another name and gets its own when it is whole.
//
// Private to io; for a thread. As long as it has not got its name its destructor removes it.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "io/path_jobs.hpp"

namespace eddy::detail {

class Replacement {
 public:
  /// Opens the directory that `path` is in.
  static Result<Replacement> begin(const std::string& path);

  Replacement(Replacement&& other) noexcept
      : path_(std::move(other.path_)),
        place_(std::move(other.place_)),
        temporary_(std::exchange(other.temporary_, {})),
        directory_(std::move(other.directory_)),
        file_(std::move(other.file_)) {}
  Replacement& operator=(Replacement&&) = delete;
  ~Replacement();

  /// What has the name now; nothing if there is no such file.
  Result<std::optional<FileStatus>> old() const;
  /// Makes the file, with `mode` less the umask. What is not for everybody is made so at once:
  /// whoever opens the file before a later set_mode() may go on reading.
  Result<void> make(std::uint32_t mode);
  OpenFile& file() const noexcept { return *file_; }
  /// Gives it the name. With `sync` file and directory are on the disk then.
  Result<void> commit(bool replace, bool sync);

 private:
  Replacement(std::string path, SplitPath place) noexcept
      : path_(std::move(path)), place_(std::move(place)) {}
  int give_name(bool replace) const noexcept;

  std::string path_;
  SplitPath place_;
  std::string temporary_;  // its name; empty if there is nothing to remove
  OpenFilePtr directory_;
  OpenFilePtr file_;
};

}  // namespace eddy::detail
