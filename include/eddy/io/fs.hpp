// SPDX-License-Identifier: MIT
//
// What is done with a path: whole files, directories, links, attributes.
//
// Each of these is done in a thread of the loop's files, so that a slow disk holds up nobody.
// To replace a file safely see io/write_atomically.hpp, to copy io/copy_file.hpp, to list
// directories io/walk.hpp.
#pragma once

#include <eddy/core/future.hpp>
#include <eddy/io/file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

/// Errors, for all of them: those of the kernel, with what was tried in the context ("rename /a");
/// Errc::invalid for an empty path or one with a NUL; Errc::overloaded at FileThreads's limit.
/// Cancel, for all of them: total before a thread has begun; then partial, for what is being done
/// is done.
/// Thread: loop.
namespace eddy::fs {

/// Resolves to the content of a regular file.
///
/// Errors: Errc::too_large if it is longer than `limit`; those of open_file().
[[nodiscard]] EDDY_EXPORT Future<std::string> read_file(Loop& loop,
                                                        std::string path,
                                                        std::size_t limit,
                                                        Site site = EDDY_HERE);
/// Makes or overwrites a file. Who reads it meanwhile sees a part; see write_atomically().
[[nodiscard]] EDDY_EXPORT Future<void> write_file(Loop& loop,
                                                  std::string path,
                                                  std::string bytes,
                                                  std::uint32_t mode = 0666,
                                                  Site site = EDDY_HERE);

[[nodiscard]] EDDY_EXPORT Future<FileStatus> stat(Loop& loop,
                                                  std::string path,
                                                  Site site = EDDY_HERE);
/// That of a symbolic link itself.
[[nodiscard]] EDDY_EXPORT Future<FileStatus> lstat(Loop& loop,
                                                   std::string path,
                                                   Site site = EDDY_HERE);
/// False only if there is no such thing; an error if that cannot be told.
[[nodiscard]] EDDY_EXPORT Future<bool> exists(Loop& loop, std::string path, Site site = EDDY_HERE);
[[nodiscard]] EDDY_EXPORT Future<void> chmod(Loop& loop,
                                             std::string path,
                                             std::uint32_t mode,
                                             Site site = EDDY_HERE);

[[nodiscard]] EDDY_EXPORT Future<void> mkdir(Loop& loop,
                                             std::string path,
                                             std::uint32_t mode = 0777,
                                             Site site = EDDY_HERE);
/// Makes the directories above too; what is a directory already is left as it is.
[[nodiscard]] EDDY_EXPORT Future<void> mkdirs(Loop& loop,
                                              std::string path,
                                              std::uint32_t mode = 0777,
                                              Site site = EDDY_HERE);
/// Makes a directory, for its owner alone, that begins with `prefix` and ends with six random
/// characters; gives its path.
[[nodiscard]] EDDY_EXPORT Future<std::string> mkdtemp(Loop& loop,
                                                      std::string prefix,
                                                      Site site = EDDY_HERE);
/// Opens a file without a name, to read and write, that is gone when it is closed. `directory` says
/// on which disk.
[[nodiscard]] EDDY_EXPORT Future<File> temporary_file(Loop& loop,
                                                      std::string directory = "/tmp",
                                                      Site site = EDDY_HERE);

/// Replaces what `to` was.
[[nodiscard]] EDDY_EXPORT Future<void> rename(Loop& loop,
                                              std::string from,
                                              std::string to,
                                              Site site = EDDY_HERE);
/// A file, a link, or an empty directory.
[[nodiscard]] EDDY_EXPORT Future<void> remove(Loop& loop, std::string path, Site site = EDDY_HERE);
/// Removes `path` and everything in it; resolves to how many things that were, which may be none.
///
/// Never leaves the tree: symbolic links are removed and not followed, also if somebody puts one
/// in the place of a directory meanwhile.
/// Errors: Errc::invalid for "/" and what ends in "." or "..", and nothing is removed;
/// Errc::too_large for a tree deeper than `remove_depth`; the first that occurs ends it.
/// Cancel: partial; stops at the next entry.
[[nodiscard]] EDDY_EXPORT Future<std::uint64_t> remove_all(Loop& loop,
                                                           std::string path,
                                                           Site site = EDDY_HERE);
/// Each level takes a descriptor.
inline constexpr unsigned remove_depth = 256;

/// Where a symbolic link points to.
[[nodiscard]] EDDY_EXPORT Future<std::string> read_link(Loop& loop,
                                                        std::string path,
                                                        Site site = EDDY_HERE);
/// Makes `path` a symbolic link to `target`.
[[nodiscard]] EDDY_EXPORT Future<void> symlink(Loop& loop,
                                               std::string target,
                                               std::string path,
                                               Site site = EDDY_HERE);

}  // namespace eddy::fs
