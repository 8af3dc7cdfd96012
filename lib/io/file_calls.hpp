// SPDX-License-Identifier: MIT
//
// The system calls that files are made of, in a table: tests replace one to see what its failure
// does.
//
// Private to io. They are made in the threads of a FilePool, but for read_cached(), which the
// loop's thread makes; tests replace them while none runs.
#pragma once

#include <dirent.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>

namespace eddy::detail {

struct FileCalls {
  int (*openat)(int directory, const char* path, int flags, mode_t mode);
  int (*openat2)(int directory, const char* path, const open_how* how);
  int (*close)(int descriptor);
  ssize_t (*pread)(int descriptor, void* to, std::size_t count, off_t offset);
  /// As pread(), or EAGAIN where that would have to wait for a disk.
  ssize_t (*read_cached)(int descriptor, void* to, std::size_t count, off_t offset);
  ssize_t (*pwrite)(int descriptor, const void* from, std::size_t count, off_t offset);
  int (*ftruncate)(int descriptor, off_t size);
  int (*fallocate)(int descriptor, int mode, off_t offset, off_t count);
  int (*fsync)(int descriptor);
  int (*fdatasync)(int descriptor);
  int (*fstat)(int descriptor, struct stat* to);
  int (*fchmod)(int descriptor, mode_t mode);
  int (*fchown)(int descriptor, uid_t owner, gid_t group);
  int (*flock)(int descriptor, int operation);
  ssize_t (*copy_file_range)(
      int from, off_t* from_offset, int to, off_t* to_offset, std::size_t count, unsigned flags);
  int (*renameat2)(
      int from_directory, const char* from, int to_directory, const char* to, unsigned flags);
  int (*unlinkat)(int directory, const char* path, int flags);
  dirent* (*readdir)(DIR* directory);
};

static_assert(sizeof(off_t) == 8, "files may be larger than 2 GiB");

/// The kernel's own.
extern const FileCalls kernel_file_calls;
/// Those in use. Constant-initialised; replaced by tests alone.
extern constinit const FileCalls* file_calls;

/// Calls again for as long as a signal interrupts; gives the result, or a negative errno.
template <class Call, class... Args>
auto retried(Call call, Args... args) noexcept -> decltype(call(args...)) {
  for (;;) {
    const auto result = call(args...);
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

}  // namespace eddy::detail
