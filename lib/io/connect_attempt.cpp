// SPDX-License-Identifier: MIT
#include "io/connect_attempt.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <utility>

#include "io/connect_node.hpp"
#include "io/socket_name.hpp"
#include "io/socket_options.hpp"

namespace eddy::detail {
namespace {

// The kernel does not tell when the queue of a Unix socket has room again.
constexpr Duration first_pause = std::chrono::milliseconds(1);
constexpr Duration longest_pause = std::chrono::milliseconds(100);

const sockaddr* raw(const Address& address) noexcept {
  return static_cast<const sockaddr*>(address.data());
}

int bind_to(int descriptor, const Address& source) noexcept {
#ifdef IP_BIND_ADDRESS_NO_PORT
  // The port is chosen when the peer is known, so that more connections than ports can be made.
  if (!source.local() && source.port() == 0) {
    set_option(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  }
#endif
  return uninterrupted(
      system_calls->bind, descriptor, raw(source), static_cast<socklen_t>(source.size()));
}

int set_options(int descriptor, const ConnectOptions& options) noexcept {
  int status = set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, options.nodelay ? 1 : 0);
  if (status == 0 && options.keepalive.idle > Duration::zero()) {
    status = set_keepalive(descriptor, options.keepalive);
  }
  if (status == 0 && options.user_timeout > Duration::zero()) {
    status = set_user_timeout(descriptor, options.user_timeout);
  }
  return status;
}

}  // namespace

int ConnectingSocket::start(ConnectAttempt& attempt,
                            Descriptor&& socket,
                            const Address& address) noexcept {
  int status = init();
  if (status == 0) status = adopt(socket.number());
  if (status != 0) return status;
  socket.release();
  attempt_ = &attempt;
  request_ = std::make_unique<uv_connect_t>();
  return uv_tcp_connect(request_.get(), &tcp(), raw(address), &on_connected);
}

void ConnectingSocket::abandon() noexcept {
  attempt_ = nullptr;
  release();
}

void ConnectingSocket::on_connected(uv_connect_t* request, int status) noexcept {
  auto& self = of<ConnectingSocket>(request->handle);
  ConnectAttempt* attempt = std::exchange(self.attempt_, nullptr);
  if (attempt == nullptr || !self.open()) return;
  const CallbackScope scope(*self.impl(), self.site());
  self.request_.reset();
  attempt->on_connected(status);
}

ConnectAttempt::ConnectAttempt(ConnectNode& node, const Address& address) noexcept
    : node_(node),
      address_(address),
      pause_(first_pause),
      limit_(*this,
             [](TimerEntry* entry) noexcept {
               ConnectAttempt& self = static_cast<AttemptTimer*>(entry)->attempt;
               const Duration limit = self.node_.options().attempt_limit;
               self.settle(self.failed(timed_out_error(*self.node_.core, self.begun_, limit)));
             }),
      retry_(*this, [](TimerEntry* entry) noexcept {
        static_cast<AttemptTimer*>(entry)->attempt.retry();
      }) {}

ConnectAttempt::Outcome ConnectAttempt::start() {
  const Duration limit = node_.options().attempt_limit;
  begun_ = node_.core->loop->clock->now();
  pending_ = true;
  if (limit > Duration::zero()) arm(*node_.core, limit_, limit);
  Result<Descriptor> socket = open();
  if (!socket) return failed(std::move(socket).error());
  return address_.local() ? start_local(*std::move(socket)) : start_tcp(*std::move(socket));
}

/// A socket that is bound and set, and not yet connected.
Result<Descriptor> ConnectAttempt::open() const {
  const ConnectOptions& options = node_.options();
  const bool bound = static_cast<bool>(options.bind_to);
  if (bound && options.bind_to.family() != address_.family()) {
    return Error(std::errc::address_family_not_supported,
                 "from " + options.bind_to.to_string() + ", which is of another family");
  }
  if (bound && options.bind_to.local() && !options.bind_to.abstract()) {
    return Error(Errc::invalid,
                 "from " + options.bind_to.to_string() + ", a path, which would stay behind");
  }
  if (needs_scope(address_) && options.bind_to.scope() == 0) {
    return Error(std::errc::invalid_argument, scope_missing);
  }
  Descriptor socket(uninterrupted(
      system_calls->socket, address_.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.number() < 0) return uv_error(socket.number());
  if (!address_.local()) {
    if (const int status = set_options(socket.number(), options); status != 0) {
      return uv_error(status, "set the options of a socket");
    }
  }
  const int status = bound ? bind_to(socket.number(), options.bind_to) : 0;
  if (status != 0) return uv_error(status, "from " + options.bind_to.to_string());
  return socket;
}

ConnectAttempt::Outcome ConnectAttempt::start_tcp(Descriptor&& socket) {
  socket_ = new ConnectingSocket(*node_.core->loop, node_.site());
  const int status = socket_->start(*this, std::move(socket), address_);
  return status == 0 ? Outcome::pending : failed(uv_error(status));
}

/// A Unix socket connects at once, or not at all, or its queue is full.
ConnectAttempt::Outcome ConnectAttempt::start_local(Descriptor&& socket) {
  const int status = uninterrupted(system_calls->connect,
                                   socket.number(),
                                   raw(address_),
                                   static_cast<socklen_t>(address_.size()));
  if (status == -EAGAIN) {
    arm(*node_.core, retry_, pause_);
    pause_ = std::min(2 * pause_, longest_pause);
    return Outcome::pending;
  }
  if (status < 0) return failed(uv_error(status));
  Result<TcpStream> stream = adopt_socket(*node_.core->loop, socket.release(), node_.site());
  if (!stream) return failed(std::move(stream).error());
  stop();
  stream_ = *std::move(stream);
  return Outcome::connected;
}

void ConnectAttempt::retry() noexcept {
  Result<Descriptor> socket = open();
  settle(socket ? start_local(*std::move(socket)) : failed(std::move(socket).error()));
}

void ConnectAttempt::on_connected(int status) noexcept {
  if (status != 0) return settle(failed(uv_error(status)));
  stream_ = StreamBase::handle_of<TcpStream>(std::exchange(socket_, nullptr));
  if (stream_.local() == address_) {
    // The kernel may choose the peer's port for our end, and two SYN that meet are a connection.
    stream_ = {};
    return settle(failed(Error(std::errc::connection_refused, "it would be one to itself")));
  }
  stop();
  settle(Outcome::connected);
}

ConnectAttempt::Outcome ConnectAttempt::failed(Error error) noexcept {
  stop();
  error_ = std::move(error);
  return Outcome::failed;
}

/// Tells the node, which may be gone afterwards and this with it.
void ConnectAttempt::settle(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::pending:
      return;
    case Outcome::failed:
      return node_.failed();
    case Outcome::connected:
      return node_.connected(*this);
  }
}

void ConnectAttempt::stop() noexcept {
  pending_ = false;
  disarm(*node_.core, limit_);
  disarm(*node_.core, retry_);
  if (socket_ != nullptr) std::exchange(socket_, nullptr)->abandon();
}

}  // namespace eddy::detail
