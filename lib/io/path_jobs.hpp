// SPDX-License-Identifier: MIT
//
// What is done with paths in a thread.
//
// Private to io. All of it blocks; nothing of it knows a loop.
#pragma once

#include <eddy/base/result.hpp>
#include <eddy/io/file_status.hpp>

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>

#include "io/open_file.hpp"

namespace eddy::detail {

/// What a result of the kernel, or a negative errno, says about `verb path`.
Result<void> path_outcome(long result, std::string_view verb, std::string_view path);

/// The directory that a path is in, and the name that it has there.
struct SplitPath {
  std::string directory;
  std::string name;
};
/// Errors: Errc::invalid for a path that names no file: empty, with a NUL, or ending in a slash.
Result<SplitPath> split_path(const std::string& path);

/// A name that nobody else has, for a file beside another.
std::string temporary_name();

Result<std::string> read_whole(const std::string& path, std::size_t limit);
Result<void> write_whole(const std::string& path, ByteView bytes, std::uint32_t mode);
Result<FileStatus> stat_path(const std::string& path, bool follow);
Result<void> make_directories(const std::string& path, std::uint32_t mode);
Result<OpenFilePtr> open_nameless(const std::string& directory);
Result<void> remove_one(const std::string& path);
Result<std::uint64_t> remove_tree(const std::string& path, const std::stop_token& stop);
Result<std::string> link_target(int directory, const std::string& path);

}  // namespace eddy::detail
