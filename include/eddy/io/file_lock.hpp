// SPDX-License-Identifier: MIT
//
// Keeps other processes out: a lock on a file, which the kernel frees however its holder ends.
//
// It binds only those who ask for it too (flock). Inside one program use core/mutex.hpp.
#pragma once

#include <eddy/base/clock.hpp>
#include <eddy/io/file.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace eddy {

struct FileLockOptions {
  bool shared = false;        ///< may be held by many, but not beside one that is not shared
  bool create = true;         ///< makes the file if it is missing
  std::uint32_t mode = 0666;  ///< of a file that is made
  Duration first_pause = std::chrono::milliseconds(1);   ///< between the first two tries
  Duration last_pause = std::chrono::milliseconds(200);  ///< it doubles up to this
};

/// A lock that is held. One pointer, move-only.
///
/// Thread: loop.
/// Lifetime: the destructor gives it up, in a thread and therefore shortly after; the end of the
/// loop does, and so does the end of the process.
class EDDY_EXPORT FileLock {
 public:
  /// Holds nothing.
  FileLock() noexcept = default;

  /// Gives it up, and resolves when others can have it.
  /// Cancel: partial; it is given up all the same.
  [[nodiscard]] Future<void> unlock(Site site = EDDY_HERE);
  bool held() const noexcept { return file_.open(); }

 private:
  friend EDDY_EXPORT Future<std::optional<FileLock>> try_lock_file(Loop& loop,
                                                                   std::string path,
                                                                   FileLockOptions options,
                                                                   Site site);
  explicit FileLock(File file) noexcept : file_(std::move(file)) {}

  File file_;
};

/// Locks the file `path` without waiting: nothing if somebody else has it.
///
/// A file that was removed or replaced meanwhile does not count as locked: it is asked for anew.
/// Errors: those of open_file().
/// Cancel: total.
/// Thread: loop.
[[nodiscard]] EDDY_EXPORT Future<std::optional<FileLock>> try_lock_file(
    Loop& loop, std::string path, FileLockOptions options = {}, Site site = EDDY_HERE);

/// Locks the file `path` as soon as it can be had. timeout() bounds the wait.
///
/// No thread waits: it is tried again and again, with pauses. So who comes first need not be
/// first.
/// Errors: those of open_file(); Errc::invalid for pauses that are none.
/// Cancel: total.
/// Thread: loop.
[[nodiscard]] EDDY_EXPORT Future<FileLock> lock_file(Loop& loop,
                                                     std::string path,
                                                     FileLockOptions options = {},
                                                     Site site = EDDY_HERE);

}  // namespace eddy
