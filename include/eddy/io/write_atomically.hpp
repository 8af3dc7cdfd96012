// SPDX-License-Identifier: MIT
//
// Replaces the content of a file so that whoever reads it, now or after a crash, sees the old or
// the new one and never a part.
#pragma once

#include <eddy/codec/compressor.hpp>
#include <eddy/core/future.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace eddy::fs {

struct AtomicWriteOptions {
  std::uint32_t mode = 0666;  ///< of a file that is new; the umask is taken away from it
  bool keep_mode = true;      ///< a file that was private stays so
  bool keep_owner = false;    ///< needs privileges if the owner is somebody else
  bool sync = true;  ///< on the disk before it has the name; false: faster, not safe from a crash
  std::optional<Compression> compress{};  ///< the file gets the content compressed in this way
  CompressOptions compress_options{};
};

/// Makes `bytes` the content of the file `path`.
///
/// They go to a temporary file in the same directory, which gets the name when all has succeeded. A
/// symbolic link of that name is replaced and not followed.
/// Errors: those of the kernel and of Compressor; the old file is as it was and the temporary one
/// is removed, unless it was the directory itself that could not be brought to the disk ("sync the
/// directory"). Cancel: total until the file gets its name, after which the call runs to its end.
/// Thread: loop.
[[nodiscard]] EDDY_EXPORT Future<void> write_atomically(Loop& loop,
                                                        std::string path,
                                                        std::string bytes,
                                                        AtomicWriteOptions options = {},
                                                        Site site = EDDY_HERE);

}  // namespace eddy::fs
