// SPDX-License-Identifier: MIT
#include <eddy/testing/unused_port.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace eddy::testing {
namespace {

/// So many ports in turn that only UDP has would be a strange machine.
constexpr int attempts = 100;

/// A socket of `type` that has the name `name`, or -1.
int bound_socket(int type, const Address& name) noexcept {
  const int made = socket(name.family(), type | SOCK_CLOEXEC, 0);
  if (made < 0) return -1;
  const int on = 1;
  const int off = 0;
  // Both families, or somebody could have the same port of the other.
  if (name.ipv6()) setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (type == SOCK_STREAM) setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(made, static_cast<const sockaddr*>(name.data()), static_cast<socklen_t>(name.size())) ==
      0) {
    return made;
  }
  close(made);
  return -1;
}

/// Takes any port, on every interface. Some machines have no IPv6.
int hold_a_port() noexcept {
  const int both = bound_socket(SOCK_STREAM, "[::]:0"_addr);
  return both >= 0 ? both : bound_socket(SOCK_STREAM, "0.0.0.0:0"_addr);
}

Address name_of(int socket) noexcept {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
  return Address::from_sockaddr(&name, size);
}

}  // namespace

UnusedPort::UnusedPort() {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    socket_ = hold_a_port();
    EDDY_ASSERT(socket_ >= 0, "the system gives no port");
    const Address name = name_of(socket_);
    number_ = name.port();
    if (const int datagrams = bound_socket(SOCK_DGRAM, name); datagrams >= 0) {
      close(datagrams);
      return;
    }
    release();
  }
  EDDY_ASSERT(false, "no port is unused by both TCP and UDP");
}

UnusedPort::UnusedPort(UnusedPort&& other) noexcept
    : number_(other.number_), socket_(std::exchange(other.socket_, -1)) {}

UnusedPort& UnusedPort::operator=(UnusedPort&& other) noexcept {
  std::swap(number_, other.number_);
  std::swap(socket_, other.socket_);
  return *this;
}

UnusedPort::~UnusedPort() {
  release();
}

Address UnusedPort::address() const noexcept {
  return "127.0.0.1:0"_addr.with_port(number_);
}

void UnusedPort::release() noexcept {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

}  // namespace eddy::testing
