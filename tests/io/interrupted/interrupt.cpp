// SPDX-License-Identifier: MIT
//
// Preloaded into a program: every other system call that libuv makes for a stream fails with EINTR
// before it does anything.
#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace {

unsigned count = 0;

/// A function of the C library that fails every other time.
template <class Result, class... Args>
class EveryOther {
 public:
  explicit EveryOther(const char* name)
      : original_(reinterpret_cast<Result (*)(Args...)>(dlsym(RTLD_NEXT, name))) {}

  Result operator()(Args... args) {
    interrupt_ = !interrupt_;
    if (!interrupt_) return original_(args...);
    ++count;
    errno = EINTR;
    return -1;
  }

 private:
  Result (*original_)(Args...);
  bool interrupt_ = false;
};

}  // namespace

extern "C" {

unsigned interruptions() {
  return count;
}

ssize_t read(int descriptor, void* data, size_t size) {
  static EveryOther<ssize_t, int, void*, size_t> call("read");
  return call(descriptor, data, size);
}

ssize_t write(int descriptor, const void* data, size_t size) {
  static EveryOther<ssize_t, int, const void*, size_t> call("write");
  return call(descriptor, data, size);
}

ssize_t writev(int descriptor, const iovec* pieces, int number) {
  static EveryOther<ssize_t, int, const iovec*, int> call("writev");
  return call(descriptor, pieces, number);
}

ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  static EveryOther<ssize_t, int, const msghdr*, int> call("sendmsg");
  return call(descriptor, message, flags);
}

int connect(int descriptor, const sockaddr* address, socklen_t size) {
  static EveryOther<int, int, const sockaddr*, socklen_t> call("connect");
  return call(descriptor, address, size);
}

int epoll_wait(int descriptor, epoll_event* events, int room, int limit) {
  static EveryOther<int, int, epoll_event*, int, int> call("epoll_wait");
  return call(descriptor, events, room, limit);
}

int epoll_pwait(int descriptor, epoll_event* events, int room, int limit, const sigset_t* mask) {
  static EveryOther<int, int, epoll_event*, int, int, const sigset_t*> call("epoll_pwait");
  return call(descriptor, events, room, limit, mask);
}
}
