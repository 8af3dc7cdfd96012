// SPDX-License-Identifier: MIT
//
// The life of a datagram socket, and what it waits for. Receiving and sending have files of their
// own.
#include "io/udp_block.hpp"

#include <netinet/udp.h>

#include <cerrno>
#include <utility>

#include "io/socket_name.hpp"

namespace eddy {

void DatagramSink::on_error(const Error&) noexcept {}

namespace detail {
namespace {

/// Whether the kernel sends trains of datagrams for this socket.
bool makes_trains(int descriptor) noexcept {
  int size = 0;
  socklen_t length = sizeof size;
  return getsockopt(descriptor, IPPROTO_UDP, UDP_SEGMENT, &size, &length) == 0;
}

}  // namespace

UdpBlock::UdpBlock(LoopImpl& impl, BoundSocket&& bound, const UdpOptions& options, Site site)
    : HandleBlock(impl, "udp socket", site),
      TimerEntry([](TimerEntry* entry) noexcept { static_cast<UdpBlock*>(entry)->rested(); }),
      socket_(std::move(bound.socket)),
      core_(impl.core),
      core_hold_(impl.core),
      path_(std::move(bound.path)),
      max_queued_(options.max_queued),
      max_queued_bytes_(options.max_queued_bytes),
      overflow_(options.overflow) {
  const Address local = socket_name(socket_.number(), ::getsockname);
  family_ = local.family();
  port_ = local.port();
  has_peer_ = static_cast<bool>(socket_name(socket_.number(), ::getpeername));
  if (options.offload && !local.local() && makes_trains(socket_.number())) {
    train_size_ = SendQueue::max_train_bytes;
  }
}

UdpBlock::~UdpBlock() {
  if (core_.loop != nullptr) core_.loop->uncork(*this);
}

int UdpBlock::init() noexcept {
  const int status = uv_poll_init(&impl()->uv, &poll_, socket_.number());
  if (status == 0) adopted_by_libuv();
  return status;
}

Address UdpBlock::peer_address() const noexcept {
  return has_peer_ ? socket_name(socket_.number(), ::getpeername) : Address();
}

Result<void> UdpBlock::set_peer(const Address& peer) {
  if (!open()) return Error(Errc::closed, "set a peer");
  if (!peer && !has_peer_) return {};
  // What waits was meant for the peer until now.
  if (queue_ != nullptr && has_peer_) {
    queue_->address(peer_address());
  }
  sockaddr none{};
  none.sa_family = AF_UNSPEC;
  const auto* to = peer ? static_cast<const sockaddr*>(peer.data()) : &none;
  const auto size = static_cast<socklen_t>(peer ? peer.size() : sizeof none);
  const int status = uninterrupted(system_calls->connect, socket_.number(), to, size);
  if (status < 0) return uv_error(status, "talk to " + (peer ? peer.to_string() : "everybody"));
  has_peer_ = static_cast<bool>(peer);
  return keep_port();
}

/// The kernel takes a port that it has chosen itself back when a peer is given up.
Result<void> UdpBlock::keep_port() {
  const Address now = socket_name(socket_.number(), ::getsockname);
  const Address wanted = now.with_port(port_);
  port_ = now.port();
  if (port_ != 0 || wanted == now) return {};
  const int status = uninterrupted(system_calls->bind,
                                   socket_.number(),
                                   static_cast<const sockaddr*>(wanted.data()),
                                   static_cast<socklen_t>(wanted.size()));
  if (status < 0) return bind_error(status, wanted, SOCK_DGRAM);
  port_ = wanted.port();
  return {};
}

void UdpBlock::on_closing() noexcept {
  const bool settling = !impl()->ending;
  if (settling && queue_ != nullptr) transmit();
  statistic_.dropped += queued();
  queue_.reset();
  untold_.clear();
  telling_ = {};
  impl()->uncork(*this);
  disarm(core_, *this);
  if (path_ != nullptr) path_->remove();  // before the socket is closed
  socket_.close();                        // libuv has stopped polling it by now
  sink_ = nullptr;
  inbox_.clear();
  List<ReceiveNode> unserved;
  unserved.take(waiting_);
  List<SentNode> unsent;
  unsent.take(draining_);
  while (!unserved.empty()) {
    ReceiveNode& node = unserved.pop_front();
    if (settling) node.settle_error(Errc::closed);
  }
  while (!unsent.empty()) {
    SentNode& node = unsent.pop_front();
    if (settling) node.settle_error(Errc::closed);
  }
}

// What it waits for.

int UdpBlock::wanted() const noexcept {
  const bool readable = wants_input() && !receiving_rests_;
  const bool writable = blocked_ && !sending_rests_;
  return (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
}

void UdpBlock::poll_for(int events) noexcept {
  polled_ = events;
  if (events == 0) {
    uv_poll_stop(&poll_);
  } else {
    uv_poll_start(&poll_, events, &on_ready);
  }
}

/// Polls for what is wanted. That nobody wants to read any more is left to the next datagram, for
/// often somebody will want to before it comes; such a poll does not keep the loop alive.
void UdpBlock::watch() noexcept {
  if (!open()) return;
  const int events = wanted();
  if (!uv_is_active(handle())) polled_ = 0;  // libuv stops it at an error of the socket
  const int surplus = polled_ & ~events & UV_WRITABLE;
  if ((polled_ & events) != events || surplus != 0) poll_for(events);
  if (events != 0) {
    uv_ref(handle());
  } else {
    uv_unref(handle());
  }
}

void UdpBlock::on_ready(uv_poll_t* handle, int status, int events) noexcept {
  auto& self = of<UdpBlock>(handle);
  const CallbackScope scope(*self.impl(), self.site());
  const int wanted = self.wanted();
  if ((events & ~wanted) != 0) self.poll_for(wanted);
  // At an error of the socket libuv gives no events: the calls know better.
  const bool writable = status < 0 || (events & UV_WRITABLE) != 0;
  if (writable && self.blocked_ && !self.sending_rests_) {
    self.promised_ = true;
    self.transmit();
  }
  self.receive_some(UdpSocket::receives_per_turn);
  self.watch();
}

/// Stops polling, which would be level-triggered and so spin, until the timer.
void UdpBlock::rest() noexcept {
  if (!armed()) arm(core_, *this, UdpSocket::back_off);
}

void UdpBlock::rested() noexcept {
  receiving_rests_ = sending_rests_ = false;
  if (blocked_) transmit();
  watch();
}

void UdpBlock::flush() noexcept {
  collecting_ = false;
  if (queue_ != nullptr && !blocked_) transmit();
  if (!inbox_.empty()) [[unlikely]]
    deliver_inbox();
}

void UdpBlock::tell_errors() noexcept {
  const std::vector<Error> errors = std::exchange(untold_, {});
  for (const Error& error : errors) {
    if (sink_ != nullptr) sink_->on_error(error);
  }
}

void UdpBlock::tell(Error error) noexcept {
  if (sink_ == nullptr || untold_.size() == UdpSocket::errors_per_scope) return;
  untold_.push_back(std::move(error));
  // Not in this turn: a sink that sends on at each error would hold up the loop.
  if (telling_.valid()) return;
  telling_ = impl()->loop.next_turn().then([this] {
    telling_ = {};
    tell_errors();
  });
}

}  // namespace detail
}  // namespace eddy
