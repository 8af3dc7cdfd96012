// SPDX-License-Identifier: MIT
#include <eddy/io/connect.hpp>

#include <eddy/core/detail/timeout_node.hpp>
#include <eddy/core/detail/timer_entry.hpp>
#include <eddy/core/detail/value_node.hpp>

#include <string>
#include <utility>

#include "io/socket_stream.hpp"
#include "io/system.hpp"

namespace eddy {
namespace detail {
namespace {

class ConnectNode;

/// A socket on its way to being connected; the node is null once nobody wants it.
class ConnectingSocket final : public SocketStream {
 public:
  using SocketStream::SocketStream;

  int start(ConnectNode& node, const Address& address) noexcept {
    node_ = &node;
    request_ = std::make_unique<uv_connect_t>();
    const auto* to = static_cast<const sockaddr*>(address.data());
    return uv_tcp_connect(request_.get(), &tcp(), to, &on_connected);
  }
  void abandon() noexcept {
    node_ = nullptr;
    release();
  }
  int set_nodelay() noexcept { return uv_tcp_nodelay(&tcp(), 1); }

 private:
  static void on_connected(uv_connect_t* request, int status) noexcept;

  std::unique_ptr<uv_connect_t> request_;
  ConnectNode* node_ = nullptr;
};

/// The leaf of a connect().
class ConnectNode final : public Pooled<ConnectNode, LeafNode<TcpStream>>, private TimerEntry {
 public:
  ConnectNode(LoopCore& owner, Site where, const Address& address, Duration limit)
      : Pooled(owner, where),
        TimerEntry([](TimerEntry* entry) noexcept {
          auto* self = static_cast<ConnectNode*>(entry);
          self->finish(Errc::timed_out);
        }),
        address_(address) {
    if (limit > Duration::zero()) arm(owner, *this, clip_to_deadline(owner, limit).wait);
  }
  ~ConnectNode() override { stop(); }
  const char* waits_for() const noexcept override { return "a connection"; }

  int start() {
    socket_ = new ConnectingSocket(*core->loop, site());
    const int status = socket_->init();
    return status != 0 ? status : socket_->start(*this, address_);
  }
  /// Gives up with `error`.
  void finish(Error error) noexcept {
    stop();
    settle_error(std::move(error).with("connect " + address_.to_string()));
  }
  void connected() noexcept {
    disarm(*core, *this);
    socket_->set_nodelay();
    settle_value(StreamBase::handle_of<TcpStream>(std::exchange(socket_, nullptr)));
  }

 private:
  void stop() noexcept override {
    disarm(*core, *this);
    if (socket_ != nullptr) std::exchange(socket_, nullptr)->abandon();
  }

  Address address_;
  ConnectingSocket* socket_ = nullptr;
};

void ConnectingSocket::on_connected(uv_connect_t* request, int status) noexcept {
  auto& self = of<ConnectingSocket>(request->handle);
  ConnectNode* node = std::exchange(self.node_, nullptr);
  if (node == nullptr || !self.open()) return;
  const CallbackScope scope(*self.impl(), self.site());
  self.request_.reset();
  if (status == 0) {
    node->connected();
  } else {
    node->finish(uv_error(status));
  }
}

/// A Unix socket connects at once or not at all.
Result<TcpStream> connect_local(Loop& loop, const Address& address, Site site) {
  Descriptor socket(
      uninterrupted(system_calls->socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.number() < 0) return uv_error(socket.number());
  const int status = uninterrupted(system_calls->connect,
                                   socket.number(),
                                   static_cast<const sockaddr*>(address.data()),
                                   static_cast<socklen_t>(address.size()));
  if (status < 0) return uv_error(status);
  return adopt_socket(LoopImpl::of(loop), socket.release(), site);
}

}  // namespace
}  // namespace detail

Future<TcpStream> connect(Loop& loop, const Address& address, Duration limit, Site site) {
  detail::LoopCore& core = detail::core_of(loop);
  core.check_thread();
  if (address.local() || !address) {
    Result<TcpStream> stream = address ? detail::connect_local(loop, address, site)
                                       : Result<TcpStream>(Error(Errc::invalid, "no address"));
    if (!stream) stream = std::move(stream).error().with("connect " + address.to_string());
    detail::ValueNode<TcpStream>* node =
        detail::ReadyNode<TcpStream>::make(core, site, std::move(stream));
    return detail::make_future(node);
  }
  auto* node = detail::ConnectNode::make(core, site, address, limit);
  if (const int status = node->start(); status != 0) node->finish(detail::uv_error(status));
  return detail::make_future<TcpStream>(node);
}

}  // namespace eddy
