// SPDX-License-Identifier: MIT
//
// Copies a file inside the kernel, sharing its blocks where the file system can.
#pragma once

#include <eddy/core/future.hpp>

#include <cstdint>
#include <string>

namespace eddy::fs {

struct CopyOptions {
  bool replace = true;    ///< false: fails if there is a file already
  bool atomic = true;     ///< nobody sees a part, and nothing is left of a copy that fails
  bool keep_mode = true;  ///< the permissions of the original
  bool sync = false;      ///< on the disk when it resolves
};

/// Copies the regular file `from` to `to`; resolves to how many octets that were.
///
/// Errors: those of open_file(); std::errc::file_exists without `replace`; Errc::invalid if both
/// are one file.
/// Cancel: partial; stops after the next 8 MiB, and what that leaves of `to` depends on `atomic`.
/// Thread: loop.
[[nodiscard]] EDDY_EXPORT Future<std::uint64_t> copy(
    Loop& loop, std::string from, std::string to, CopyOptions options = {}, Site site = EDDY_HERE);

}  // namespace eddy::fs
