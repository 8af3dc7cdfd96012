// SPDX-License-Identifier: MIT
#include "io/file_calls.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>

namespace eddy::detail {
namespace {

int open_at(int directory, const char* path, int flags, mode_t mode) noexcept {
  return ::openat(directory, path, flags, mode);
}

/// Has no wrapper in the C library.
int open_at2(int directory, const char* path, const open_how* how) noexcept {
  return static_cast<int>(::syscall(SYS_openat2, directory, path, how, sizeof *how));
}

ssize_t read_cached(int descriptor, void* to, std::size_t count, off_t offset) noexcept {
  const iovec part{to, count};
  return ::preadv2(descriptor, &part, 1, offset, RWF_NOWAIT);
}

}  // namespace

constexpr FileCalls kernel_file_calls{
    .openat = &open_at,
    .openat2 = &open_at2,
    .close = &::close,
    .pread = &::pread,
    .read_cached = &read_cached,
    .pwrite = &::pwrite,
    .ftruncate = &::ftruncate,
    .fallocate = &::fallocate,
    .fsync = &::fsync,
    .fdatasync = &::fdatasync,
    .fstat = &::fstat,
    .fchmod = &::fchmod,
    .fchown = &::fchown,
    .flock = &::flock,
    .copy_file_range = &::copy_file_range,
    .renameat2 = &::renameat2,
    .unlinkat = &::unlinkat,
    .readdir = &::readdir,
};

constinit const FileCalls* file_calls = &kernel_file_calls;

}  // namespace eddy::detail
