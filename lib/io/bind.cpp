// SPDX-License-Identifier: MIT
#include "io/bind.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "core/loop_impl.hpp"
#include "io/socket_name.hpp"
#include "io/socket_options.hpp"

namespace eddy::detail {
namespace {

/// What concerns the address, before bind().
int set_address_options(int descriptor,
                        const Address& address,
                        const BindOptions& options) noexcept {
  int status = set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, options.reuse_addr ? 1 : 0);
  if (status == 0 && options.reuse_port) {
    status = set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
  }
  if (status == 0 && options.free_bind) {
    status = set_option(descriptor, IPPROTO_IP, IP_FREEBIND, 1);
  }
  if (status == 0 && address.ipv6()) {
    status = set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, options.dual_stack ? 0 : 1);
  }
  return status;
}

int set_buffer(int descriptor, int option, std::size_t size) noexcept {
  if (size == 0) return 0;
  const auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  return set_option(descriptor, SOL_SOCKET, option, static_cast<int>(std::min(size, most)));
}

/// What concerns a TCP socket that is bound. Accepted ones inherit it, which saves calls for each.
int set_tcp_options(int descriptor, const BindOptions& options) noexcept {
  int status = set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, options.nodelay ? 1 : 0);
  if (status == 0) status = set_buffer(descriptor, SO_RCVBUF, options.receive_buffer);
  if (status == 0) status = set_buffer(descriptor, SO_SNDBUF, options.send_buffer);
  if (status == 0 && options.keepalive.idle > Duration::zero()) {
    status = set_keepalive(descriptor, options.keepalive);
  }
  if (status == 0 && options.user_timeout > Duration::zero()) {
    status = set_user_timeout(descriptor, options.user_timeout);
  }
  if (status == 0 && options.defer_accept > Duration::zero()) {
    status = set_defer_accept(descriptor, options.defer_accept);
  }
  if (status == 0 && options.fast_open > 0) {
    status = set_option(descriptor, IPPROTO_TCP, TCP_FASTOPEN, options.fast_open);
  }
  return status;
}

// What goes wrong, and what to do about it.

std::string cure_of(int status, const Address& address, int type) {
  const std::string owner = status == -EADDRINUSE ? port_owner(address, type) : "";
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
    case ENOTDIR:
      return "a part of the path is no directory";
    case EINVAL:
      return needs_scope(address) ? scope_missing : "";
    case EROFS:
      return "the file system cannot be written to";
    default:
      return {};
  }
}

Error stream_error(int status, const Address& address) {
  return bind_error(status, address, SOCK_STREAM);
}

Result<void> check(const Address& address, const BindOptions& options) {
  if (!address) return Error(Errc::invalid, "listen on no address");
  const char* problem = nullptr;
  if (options.backlog < 0) problem = "backlog must not be negative";
  if (problem == nullptr) problem = problem_of_mode(options.unix_mode, address);
  if (problem == nullptr) return {};
  return Error(Errc::invalid, "listen on " + address.to_string() + " (" + problem + ")");
}

Result<Descriptor> open_socket(const Address& address, const BindOptions& options) {
  Descriptor socket(uninterrupted(
      system_calls->socket, address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int status = std::min(socket.number(), 0);
  if (status == 0 && !address.local()) {
    status = set_address_options(socket.number(), address, options);
    if (status == 0) status = set_tcp_options(socket.number(), options);
  }
  if (status != 0) return stream_error(status, address);
  return socket;
}

int bind_to(int socket, const Address& address) noexcept {
  const auto size = static_cast<socklen_t>(address.size());
  return uninterrupted(
      system_calls->bind, socket, static_cast<const sockaddr*>(address.data()), size);
}

int listen_as_planned(int socket, const BindPlan& plan) noexcept {
  return plan.backlog ? uninterrupted(system_calls->listen, socket, *plan.backlog) : 0;
}

/// Binds to a path of the file system.
Result<BoundSocket> bind_path(Descriptor&& socket, const Address& address, const BindPlan& plan) {
  const std::string path(address.path());
  const char* cause = nullptr;
  DirectoryLock lock;
  int status = lock.take(path);
  if (status == -EBUSY) cause = "another server is starting there, its directory is locked";
  if (status == 0) status = remove_stale(address, cause);
  if (status == 0 && plan.mode) status = limit_mode(socket.number(), *plan.mode);
  if (status == 0) status = bind_to(socket.number(), address);
  if (status != 0) return bind_error(status, address, plan.type, cause);
  std::unique_ptr<LocalPath> file = LocalPath::of(path);
  if (plan.mode) status = complete_mode(path, *plan.mode);
  if (status == 0) status = listen_as_planned(socket.number(), plan);
  if (status == 0) return BoundSocket{std::move(socket), std::move(file)};
  if (file != nullptr) file->remove();
  return bind_error(status, address, plan.type);
}

int number_of(int descriptor, int option) noexcept {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

/// Says why `socket` cannot listen; null if it can.
const char* why_not_listening(int socket, const Address& local) noexcept {
  if (number_of(socket, SO_TYPE) != SOCK_STREAM) return "it is no stream socket";
  if (!local) return "it is of an unknown family";
  if (number_of(socket, SO_ACCEPTCONN) == 1) return nullptr;
  if (socket_name(socket, ::getpeername)) {
    return "it is a connection; does the unit of systemd say Accept=yes?";
  }
  const bool bound = local.local() ? local.size() > sizeof(sa_family_t) : local.port() != 0;
  return bound ? nullptr : "it is not bound to an address";
}

}  // namespace

Error bind_error(int status, const Address& address, int type, const char* cause) {
  std::string context = "listen on " + address.to_string();
  const std::string cure = cause != nullptr ? cause : cure_of(status, address, type);
  if (!cure.empty()) context += " (" + cure + ")";
  return uv_error(status, context);
}

Result<BoundSocket> bind_socket(const Address& address, const BindOptions& options) {
  if (Result<void> sane = check(address, options); !sane) return std::move(sane).error();
  Result<Descriptor> socket = open_socket(address, options);
  if (!socket) return std::move(socket).error();
  Result<BoundSocket> bound = bind_open_socket(
      *std::move(socket),
      address,
      {.type = SOCK_STREAM, .backlog = options.backlog, .mode = options.unix_mode});
  if (bound && !options.unix_unlink) bound->path.reset();
  return bound;
}

Result<BoundSocket> bind_open_socket(Descriptor&& socket,
                                     const Address& address,
                                     const BindPlan& plan) {
  if (address.local() && !address.abstract()) return bind_path(std::move(socket), address, plan);
  int status = bind_to(socket.number(), address);
  if (status == 0) status = listen_as_planned(socket.number(), plan);
  if (status != 0) return bind_error(status, address, plan.type);
  return BoundSocket{std::move(socket), nullptr};
}

const char* problem_of_mode(std::optional<unsigned> mode, const Address& address) noexcept {
  if (mode && address.abstract()) {
    return "unix_mode cannot protect an abstract name, which everybody on the machine may use; "
           "use a path";
  }
  return mode && *mode > 0777 ? "unix_mode is 0777 at most" : nullptr;
}

Result<BoundSocket> adopt_listening(Descriptor&& socket, const BindOptions& options) {
  const int number = socket.number();
  const int flags = fcntl(number, F_GETFL);
  if (flags < 0) return uv_error(-errno, "adopted descriptor");
  if (number_of(number, SO_TYPE) < 0) return uv_error(-errno, "adopted descriptor");
  const Address local = socket_name(number, ::getsockname);
  if (const char* problem = why_not_listening(number, local)) {
    return Error(Errc::invalid, std::string("adopted descriptor: ") + problem);
  }
  if (fcntl(number, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(number, F_SETFD, FD_CLOEXEC) < 0) {
    return stream_error(-errno, local);
  }
  int status = local.local() ? 0 : set_tcp_options(number, options);
  if (status == 0) status = uninterrupted(system_calls->listen, number, options.backlog);
  if (status != 0) return stream_error(status, local);
  return BoundSocket{std::move(socket), nullptr};
}

}  // namespace eddy::detail
