/* SPDX-License-Identifier: MIT
 *
 * Preloaded into a program: every other system call that libuv makes on a stream fails with EINTR
 * before it does anything.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned count;

__attribute__((visibility("default"))) unsigned interruptions(void) {
  return count;
}

#define INTERRUPTED(result, name, parameters, arguments)          \
  __attribute__((visibility("default"))) result name parameters { \
    static result(*original) parameters;                          \
    static int interrupt;                                         \
    if (!original) *(void**)&original = dlsym(RTLD_NEXT, #name);  \
    interrupt = !interrupt;                                       \
    if (!interrupt) return original arguments;                    \
    ++count;                                                      \
    errno = EINTR;                                                \
    return -1;                                                    \
  }

INTERRUPTED(ssize_t, read, (int fd, void* data, size_t size), (fd, data, size))
INTERRUPTED(ssize_t, write, (int fd, const void* data, size_t size), (fd, data, size))
INTERRUPTED(ssize_t, writev, (int fd, const struct iovec* pieces, int n), (fd, pieces, n))
INTERRUPTED(ssize_t,
            sendmsg,
            (int fd, const struct msghdr* message, int flags),
            (fd, message, flags))
INTERRUPTED(int,
            connect,
            (int fd, const struct sockaddr* address, socklen_t size),
            (fd, address, size))
INTERRUPTED(int,
            epoll_wait,
            (int fd, struct epoll_event* events, int room, int timeout),
            (fd, events, room, timeout))
INTERRUPTED(int,
            epoll_pwait,
            (int fd, struct epoll_event* events, int room, int timeout, const sigset_t* mask),
            (fd, events, room, timeout, mask))
