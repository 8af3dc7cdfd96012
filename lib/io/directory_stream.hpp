// SPDX-License-Identifier: MIT
//
// The names in an open directory. Private to io; for a thread.
#pragma once

#include <dirent.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "io/open_file.hpp"

namespace eddy::detail {

class DirectoryStream {
 public:
  struct Entry {
    std::string name;
    FileKind kind;  // unknown if the file system does not say
  };

  /// Opens `name` in `directory` (or AT_FDCWD); `path` is for errors. A symbolic link is followed
  /// only with `follow`.
  static Result<DirectoryStream> open(int directory,
                                      const std::string& name,
                                      std::string path,
                                      bool follow);

  DirectoryStream(DirectoryStream&& other) noexcept
      : stream_(std::exchange(other.stream_, nullptr)), path_(std::move(other.path_)) {}
  DirectoryStream& operator=(DirectoryStream&&) = delete;
  ~DirectoryStream();

  /// Nothing at the end; leaves "." and ".." out.
  Result<std::optional<Entry>> next();
  int descriptor() const noexcept { return ::dirfd(stream_); }
  const std::string& path() const noexcept { return path_; }
  /// The path of what is in it.
  std::string path_of(const std::string& name) const;

 private:
  DirectoryStream(DIR* stream, std::string path) noexcept
      : stream_(stream), path_(std::move(path)) {}

  DIR* stream_;
  std::string path_;
};

}  // namespace eddy::detail
