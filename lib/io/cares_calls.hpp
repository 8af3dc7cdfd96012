// SPDX-License-Identifier: MIT
//
// The system calls by which c-ares talks to name servers, in a table: tests replace one to see what
// its failure, or a signal in it, does.
//
// Private to the files of c-ares.
#pragma once

#include <ares.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace eddy::detail {

struct CaresCalls {
  int (*socket)(int domain, int type, int protocol);
  int (*connect)(int descriptor, const sockaddr* address, socklen_t size);
  ssize_t (*recvfrom)(
      int descriptor, void* into, size_t size, int flags, sockaddr* from, socklen_t* from_size);
  ssize_t (*writev)(int descriptor, const iovec* parts, int count);
  int (*close)(int descriptor);
};

/// The kernel's own.
extern const CaresCalls kernel_cares_calls;
/// Those in use. Constant-initialised; replaced by tests alone.
extern constinit const CaresCalls* cares_calls;

/// What a channel is given instead of the library's own calls: these go on after a signal, and
/// their sockets are closed in child processes.
extern const ares_socket_functions cares_sockets;

}  // namespace eddy::detail
