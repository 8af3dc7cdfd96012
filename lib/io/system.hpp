// SPDX-License-Identifier: MIT
//
// The system calls that io makes itself, in a table: tests replace one to see what its failure
// does.
//
// Private to io. What libuv calls does not pass here.
#pragma once

#include <sys/socket.h>

#include <cerrno>

namespace eddy::detail {

struct SystemCalls {
  int (*socket)(int domain, int type, int protocol);
  int (*connect)(int descriptor, const sockaddr* address, socklen_t size);
  int (*bind)(int descriptor, const sockaddr* address, socklen_t size);
  int (*listen)(int descriptor, int backlog);
  int (*accept4)(int descriptor, sockaddr* address, socklen_t* size, int flags);
  int (*shutdown)(int descriptor, int how);
  int (*close)(int descriptor);
};

/// The kernel's own.
extern const SystemCalls kernel_calls;
/// Those in use. Constant-initialised; replaced by tests alone.
extern constinit const SystemCalls* system_calls;

/// Calls again for as long as a signal interrupts; gives the result, or a negative errno.
template <class Call, class... Args>
int uninterrupted(Call call, Args... args) noexcept {
  for (;;) {
    const int result = call(args...);
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

/// A descriptor that is closed unless somebody takes it.
class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { close(); }

  void close() noexcept {
    // After EINTR the descriptor is gone on Linux: closing again might hit another's.
    if (number_ >= 0) system_calls->close(release());
  }

  int number() const noexcept { return number_; }
  int release() noexcept {
    const int number = number_;
    number_ = -1;
    return number;
  }

 private:
  int number_;
};

}  // namespace eddy::detail
