// SPDX-License-Identifier: MIT
//
// A directory that is the whole world of the paths that are opened in it: for names that come from
// somebody else, such as those of a request.
#pragma once

#include <eddy/core/future.hpp>
#include <eddy/io/file.hpp>

#include <memory>
#include <string>

namespace eddy {

namespace detail {
class OpenFile;
}

/// What happens to symbolic links on the way to a file.
enum class Symlinks : bool {
  refuse,  ///< any of them is an error
  inside,  ///< are followed as long as they stay in the directory
};

/// An open directory. Copies share it.
///
/// Thread: any; its futures belong to the loop they were made for.
/// Lifetime: the last copy closes it.
class EDDY_EXPORT Directory {
 public:
  /// Opens `path`.
  /// Errors: std::errc::no_such_file_or_directory, not_a_directory.
  /// Cancel: total.
  [[nodiscard]] static Future<Directory> open(Loop& loop, std::string path, Site site = EDDY_HERE);

  /// Opens the file `relative`, which cannot lead out of the directory: neither by "..", nor by an
  /// absolute path, nor by a link, nor by one that is put there meanwhile.
  ///
  /// The kernel keeps that rule (openat2) where it can; otherwise the path is gone one part at a
  /// time. `relative` is taken as it is: whoever decodes it (%2e) does so once, before.
  /// Errors: those of open_file(); std::errc::cross_device_link for a path that leads out,
  /// too_many_symbolic_link_levels for a link that is not to be followed; Errc::invalid for an
  /// empty path and one with a NUL.
  /// Cancel: partial; a file may have been made or emptied. What was opened is closed.
  [[nodiscard]] Future<File> open_beneath(Loop& loop,
                                          std::string relative,
                                          OpenOptions options = {},
                                          Symlinks symlinks = Symlinks::refuse,
                                          Site site = EDDY_HERE) const;

  const std::string& path() const noexcept;

 private:
  explicit Directory(std::shared_ptr<const detail::OpenFile> opened) noexcept;

  std::shared_ptr<const detail::OpenFile> opened_;
};

}  // namespace eddy
