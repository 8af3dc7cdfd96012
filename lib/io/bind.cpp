// SPDX-License-Identifier: MIT
#include "io/bind.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/loop_impl.hpp"

namespace eddy::detail {
namespace {

const sockaddr* raw(const Address& address) noexcept {
  return static_cast<const sockaddr*>(address.data());
}

socklen_t size_of(const Address& address) noexcept {
  return static_cast<socklen_t>(address.size());
}

int open_socket(int family) noexcept {
  return uninterrupted(system_calls->socket, family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int set_option(int descriptor, int level, int option, bool on) noexcept {
  const int value = on ? 1 : 0;
  return setsockopt(descriptor, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

int set_options(int descriptor, const Address& address, const BindOptions& options) noexcept {
  if (address.local()) return 0;
  int status = set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, options.reuse_addr);
  if (status == 0 && options.reuse_port) {
    status = set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, true);
  }
  if (status == 0 && address.ipv6()) {
    status = set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, !options.dual_stack);
  }
  return status;
}

// What goes wrong, and what to do about it.

std::string cure_of(int status, const Address& address) {
  const std::string owner = status == -EADDRINUSE ? port_owner(address) : "";
  switch (-status) {
    case EADDRINUSE:
      if (address.local()) return "somebody listens there; stop it or choose another path";
      if (owner.empty()) return "another process has the port; stop it or choose another port";
      return owner + " has the port; stop it or choose another port";
    case EACCES:
    case EPERM:
      if (address.local()) return "the directory does not let this user in";
      return "ports below 1024 need root or CAP_NET_BIND_SERVICE; choose a higher port";
    case EADDRNOTAVAIL:
      return "no interface of this machine has the address";
    case EAFNOSUPPORT:
      return "the kernel does not know this kind of address";
    case ENOENT:
      return "there is no such directory";
    default:
      return {};
  }
}

Error bind_error(int status, const Address& address) {
  std::string context = "listen on " + address.to_string();
  const std::string cure = cure_of(status, address);
  if (!cure.empty()) context += " (" + cure + ")";
  return uv_error(status, context);
}

// Unix sockets: the file stays behind when its server dies.

bool somebody_listens(const Address& address) noexcept {
  const Descriptor probe(open_socket(AF_UNIX));
  if (probe.number() < 0) return true;  // unknown: touch nothing
  const int status =
      uninterrupted(system_calls->connect, probe.number(), raw(address), size_of(address));
  return status != -ECONNREFUSED;
}

/// Removes a socket that nobody listens on. Fails if there is something else.
Result<void> make_way(const Address& address) {
  if (!address.local() || address.abstract()) return {};
  const std::string path(address.path());
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return {};  // bind() says what is wrong, if anything is
  if (!S_ISSOCK(found.st_mode)) {
    const char* what = S_ISDIR(found.st_mode) ? "a directory" : "a file that is no socket";
    return Error(std::errc::address_in_use,
                 "listen on " + address.to_string() + " (the path is " + what + ")");
  }
  if (somebody_listens(address)) return bind_error(-EADDRINUSE, address);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return bind_error(-errno, address);
  return {};
}

}  // namespace

int listen_on(int descriptor, const BindOptions& options) noexcept {
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
  if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) return -errno;
  // Accepted sockets inherit it on Linux, which saves a call for each. Fails for a Unix socket.
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, options.nodelay);
  return uninterrupted(system_calls->listen, descriptor, options.backlog);
}

Result<Descriptor> bind_socket(const Address& address, const BindOptions& options) {
  if (!address) return Error(Errc::invalid, "listen on no address");
  Descriptor socket(open_socket(address.family()));
  if (socket.number() < 0) return bind_error(socket.number(), address);
  if (Result<void> way = make_way(address); !way) return std::move(way).error();
  int status = set_options(socket.number(), address, options);
  if (status == 0) {
    status = uninterrupted(system_calls->bind, socket.number(), raw(address), size_of(address));
  }
  if (status == 0) status = listen_on(socket.number(), options);
  if (status != 0) return bind_error(status, address);
  return socket;
}

}  // namespace eddy::detail
