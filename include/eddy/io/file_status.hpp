// SPDX-License-Identifier: MIT
//
// What the kernel knows of a file without opening it: its kind, size, owner and times.
//
// To get one see File::status() in io/file.hpp, and fs::stat() in io/fs.hpp.
#pragma once

#include <eddy/base/config.hpp>

#include <chrono>
#include <cstdint>

namespace eddy {

/// What stands under a name of the file system.
enum class FileKind : std::uint8_t {
  regular,
  directory,
  symlink,
  fifo,
  socket,
  character_device,
  block_device,
  unknown,
};

/// The word for people: "directory".
EDDY_EXPORT const char* name_of(FileKind kind) noexcept;

/// A snapshot; the file may have changed since.
struct FileStatus {
  using Time = std::chrono::system_clock::time_point;

  FileKind kind = FileKind::unknown;
  std::uint64_t size = 0;
  std::uint32_t mode = 0;   ///< permission bits alone: 0644
  std::uint32_t owner = 0;  ///< user id
  std::uint32_t group = 0;  ///< group id
  std::uint64_t links = 0;  ///< names that the file has
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  ///< with `device` it tells whether two names mean one file
  Time accessed{};
  Time modified{};  ///< of the content
  Time changed{};   ///< of the content or of what stands here
};

}  // namespace eddy
