// SPDX-License-Identifier: MIT
//
// The system calls of datagram sockets, in a table: tests replace one to see what its failure does.
//
// Private to io. Beside those of system.hpp.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <ctime>

namespace eddy::detail {

struct DatagramCalls {
  ssize_t (*sendto)(int descriptor,
                    const void* data,
                    std::size_t size,
                    int flags,
                    const sockaddr* address,
                    socklen_t address_size);
  int (*sendmmsg)(int descriptor, mmsghdr* messages, unsigned count, int flags);
  int (*recvmmsg)(int descriptor, mmsghdr* messages, unsigned count, int flags, timespec* limit);
  int (*setsockopt)(int descriptor, int level, int option, const void* value, socklen_t size);
};

/// The kernel's own.
extern const DatagramCalls kernel_datagram_calls;
/// Those in use. Constant-initialised; replaced by tests alone.
extern constinit const DatagramCalls* datagram_calls;

}  // namespace eddy::detail
