// SPDX-License-Identifier: MIT
#include "file_support.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

namespace eddy::testing {
namespace {

constexpr auto kinds = static_cast<std::size_t>(FaultyCall::count);

// Set while no thread of a file runs; read by them.
std::atomic<int> made[kinds];
std::atomic<FaultyCall> failing{FaultyCall::count};
std::atomic<int> failing_code{0};
std::atomic<int> failing_after{0};
std::atomic<int> failing_times{0};

off_t in_memory = 0;  // the loop's thread

std::mutex gate;
std::condition_variable gate_moved;
bool gated = false;
int tickets = 0;
int standing = 0;

void pass_gate() {
  std::unique_lock lock(gate);
  if (!gated) return;
  ++standing;
  gate_moved.notify_all();
  gate_moved.wait(lock, [] { return !gated || tickets > 0; });
  --standing;
  --tickets;
}

bool fails(FaultyCall call) {
  const int number = made[static_cast<std::size_t>(call)]++;
  return call == failing && number >= failing_after && number - failing_after < failing_times;
}

/// Calls `call`, or fails.
template <FaultyCall kind, auto call, class... Args>
auto faulty(Args... args) -> decltype(call(args...)) {
  if (!fails(kind)) return call(args...);
  errno = failing_code;
  return -1;
}

int faulty_open(int directory, const char* path, int flags, mode_t mode) {
  if (fails(FaultyCall::open)) return errno = failing_code, -1;
  return ::openat(directory, path, flags, mode);
}

int faulty_open2(int directory, const char* path, const open_how* how) {
  if (fails(FaultyCall::open2)) return errno = failing_code, -1;
  return detail::kernel_file_calls.openat2(directory, path, how);
}

/// One whose descriptor is closed all the same, as the kernel has it.
int faulty_close(int descriptor) {
  const int closed = ::close(descriptor);
  if (closed != 0 || !fails(FaultyCall::close)) return closed;
  return errno = failing_code, -1;
}

ssize_t faulty_read(int descriptor, void* to, std::size_t count, off_t offset) {
  pass_gate();
  if (!fails(FaultyCall::read)) return ::pread(descriptor, to, count, offset);
  if (failing_code == 0) return ::pread(descriptor, to, (count + 1) / 2, offset);
  return errno = failing_code, -1;
}

ssize_t read_cached(int descriptor, void* to, std::size_t count, off_t offset) {
  if (offset >= in_memory) return errno = EAGAIN, -1;
  const off_t there = in_memory - offset;
  return ::pread(descriptor, to, std::min(count, static_cast<std::size_t>(there)), offset);
}

ssize_t faulty_write(int descriptor, const void* from, std::size_t count, off_t offset) {
  pass_gate();
  if (!fails(FaultyCall::write)) return ::pwrite(descriptor, from, count, offset);
  if (failing_code == 0) return ::pwrite(descriptor, from, (count + 1) / 2, offset);
  return errno = failing_code, -1;
}

dirent* faulty_list(DIR* directory) {
  pass_gate();
  if (fails(FaultyCall::list)) return errno = failing_code, nullptr;
  return ::readdir(directory);
}

const detail::FileCalls faulty_calls = [] {
  detail::FileCalls calls = detail::kernel_file_calls;
  calls.openat = &faulty_open;
  calls.close = &faulty_close;
  calls.pread = &faulty_read;
  calls.read_cached = &read_cached;
  calls.pwrite = &faulty_write;
  calls.ftruncate = &faulty<FaultyCall::truncate, &::ftruncate, int, off_t>;
  calls.fsync = &faulty<FaultyCall::sync, &::fsync, int>;
  calls.fdatasync = &faulty<FaultyCall::datasync, &::fdatasync, int>;
  calls.fstat = &faulty<FaultyCall::stat, &::fstat, int, struct stat*>;
  calls.fchmod = &faulty<FaultyCall::chmod, &::fchmod, int, mode_t>;
  calls.openat2 = &faulty_open2;
  calls.fchown = &faulty<FaultyCall::chown, &::fchown, int, uid_t, gid_t>;
  calls.flock = &faulty<FaultyCall::lock, &::flock, int, int>;
  calls.copy_file_range = &faulty<FaultyCall::copy_range,
                                  &::copy_file_range,
                                  int,
                                  off_t*,
                                  int,
                                  off_t*,
                                  size_t,
                                  unsigned>;
  calls.renameat2 =
      &faulty<FaultyCall::rename, &::renameat2, int, const char*, int, const char*, unsigned>;
  calls.unlinkat = &faulty<FaultyCall::unlink, &::unlinkat, int, const char*, int>;
  calls.readdir = &faulty_list;
  return calls;
}();

}  // namespace

// While no loop has files, so that no thread reads the pointer.
FaultyFiles::FaultyFiles() {
  detail::file_calls = &faulty_calls;
}

FaultyFiles::~FaultyFiles() {
  detail::file_calls = &detail::kernel_file_calls;
}

Fault::Fault(FaultyCall call, int code, int good, int times) {
  for (auto& count : made)
    count = 0;
  failing = call;
  failing_code = code;
  failing_after = good;
  failing_times = times;
}

Fault::~Fault() {
  failing = FaultyCall::count;
}

int Fault::calls(FaultyCall call) {
  return made[static_cast<std::size_t>(call)];
}

Cached::Cached(off_t count) {
  in_memory = count;
}

Cached::~Cached() {
  in_memory = 0;
}

Gate::Gate() {
  const std::lock_guard lock(gate);
  gated = true;
  tickets = 0;
}

Gate::~Gate() {
  const std::lock_guard lock(gate);
  gated = false;
  gate_moved.notify_all();
}

void Gate::open(int count) {
  const std::lock_guard lock(gate);
  tickets += count;
  gate_moved.notify_all();
}

void Gate::wait_for(int count) {
  std::unique_lock lock(gate);
  gate_moved.wait(lock, [count] { return standing >= count; });
}

}  // namespace eddy::testing
