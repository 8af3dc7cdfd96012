// SPDX-License-Identifier: MIT
#include "io/cares_calls.hpp"

#include <unistd.h>

#include <cerrno>

namespace eddy::detail {

constexpr CaresCalls kernel_cares_calls{&::socket, &::connect, &::recvfrom, &::writev, &::close};

constinit const CaresCalls* cares_calls = &kernel_cares_calls;

namespace {

/// Calls again for as long as a signal interrupts; leaves errno for c-ares, which looks there.
template <class Call, class... Args>
auto undisturbed(Call call, Args... args) noexcept {
  for (;;) {
    const auto result = call(args...);
    if (result >= 0 || errno != EINTR) return result;
  }
}

ares_socket_t open_socket(int domain, int type, int protocol, void*) {
  return undisturbed(cares_calls->socket, domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

int close_socket(ares_socket_t descriptor, void*) {
  return cares_calls->close(descriptor);  // after a signal it is gone all the same
}

int connect_socket(ares_socket_t descriptor, const sockaddr* address, ares_socklen_t size, void*) {
  const int result = undisturbed(cares_calls->connect, descriptor, address, size);
  if (result < 0 && errno == EALREADY) errno = EINPROGRESS;  // a signal came, and it goes on
  return result;
}

ares_ssize_t receive(ares_socket_t descriptor,
                     void* into,
                     size_t size,
                     int flags,
                     sockaddr* from,
                     ares_socklen_t* from_size,
                     void*) {
  return undisturbed(cares_calls->recvfrom, descriptor, into, size, flags, from, from_size);
}

ares_ssize_t send(ares_socket_t descriptor, const iovec* parts, int count, void*) {
  return undisturbed(cares_calls->writev, descriptor, parts, count);
}

}  // namespace

constexpr ares_socket_functions cares_sockets{
    &open_socket, &close_socket, &connect_socket, &receive, &send};

}  // namespace eddy::detail
