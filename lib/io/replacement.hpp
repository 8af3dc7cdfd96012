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
  /// Makes the file beside `path`.
  static Result<Replacement> begin(const std::string& path, std::uint32_t mode);

  Replacement(Replacement&& other) noexcept
      : path_(std::move(other.path_)),
        place_(std::move(other.place_)),
        temporary_(std::exchange(other.temporary_, {})),
        directory_(std::move(other.directory_)),
        file_(std::move(other.file_)) {}
  Replacement& operator=(Replacement&&) = delete;
  ~Replacement();

  OpenFile& file() const noexcept { return *file_; }
  /// What has the name now; nothing if there is no such file.
  Result<std::optional<FileStatus>> old() const;
  Result<void> set_mode(std::uint32_t mode) const;
  Result<void> set_owner(std::uint32_t owner, std::uint32_t group) const;
  /// Gives it the name. With `sync` file and directory are on the disk then.
  Result<void> commit(bool replace, bool sync);

 private:
  Replacement(std::string path, SplitPath place) noexcept
      : path_(std::move(path)), place_(std::move(place)) {}
  Result<void> make(std::uint32_t mode);

  std::string path_;
  SplitPath place_;
  std::string temporary_;  // its name; empty if there is nothing to remove
  OpenFilePtr directory_;
  OpenFilePtr file_;
};

}  // namespace eddy::detail
