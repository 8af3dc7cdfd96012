// SPDX-License-Identifier: MIT
//
// The threads in which a loop's files are read and written.
//
// They are made when the first file needs them. They are nobody else's: work of the user's own
// ThreadPool never holds up a file, and files hold up neither timers nor names to be resolved.
#pragma once

#include <eddy/core/loop.hpp>

#include <cstddef>

namespace eddy {

/// How a loop's files are worked on.
struct FileThreads {
  /// At most so many calls of the kernel at a time; at least 1. Disks gain little from more.
  std::size_t threads = 4;
  /// So many operations may wait; more are refused with Errc::overloaded.
  std::size_t queue_limit = 10'000;
};

/// To be called before the first use of a file on `loop`.
/// Errors: Errc::invalid if there are threads already, or none are wanted.
[[nodiscard]] EDDY_EXPORT Result<void> set_file_threads(Loop& loop, const FileThreads& options);

}  // namespace eddy
