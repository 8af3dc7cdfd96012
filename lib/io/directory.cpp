// SPDX-License-Identifier: MIT
#include <eddy/io/directory.hpp>

#include <fcntl.h>

#include <utility>

#include "io/beneath.hpp"
#include "io/open_in_thread.hpp"

namespace eddy {

using detail::OpenFile;
using detail::OpenFilePtr;

namespace {

Result<OpenFilePtr> open_place(const std::string& path) {
  if (Result<void> valid = detail::check_path(path, "open the directory"); !valid) {
    return std::move(valid).error();
  }
  const int result = detail::retried(detail::file_calls->openat,
                                     AT_FDCWD,
                                     path.c_str(),
                                     O_PATH | O_DIRECTORY | O_CLOEXEC,
                                     mode_t{0});
  if (result < 0) return detail::file_error(-result, "open the directory", path);
  return std::make_shared<OpenFile>(result, path);
}

}  // namespace

Directory::Directory(std::shared_ptr<const OpenFile> opened) noexcept
    : opened_(std::move(opened)) {}

Future<Directory> Directory::open(Loop& loop, std::string path, Site site) {
  return detail::open_in_thread(
             loop, [path = std::move(path)] { return open_place(path); }, site)
      .then([](OpenFilePtr opened) { return Directory(std::move(opened)); }, site);
}

Future<File> Directory::open_beneath(
    Loop& loop, std::string relative, OpenOptions options, Symlinks symlinks, Site site) const {
  if (Result<void> valid = options.validate(); !valid) {
    return failed_future<File>(std::move(valid).error().with("open " + relative), site);
  }
  return detail::open_file_in_thread(
      loop,
      [directory = opened_, relative = std::move(relative), options, symlinks] {
        return detail::open_beneath(*directory, relative, options, symlinks);
      },
      site);
}

const std::string& Directory::path() const noexcept {
  return opened_->path();
}

}  // namespace eddy
