// SPDX-License-Identifier: MIT
//
// How datagrams are sent at once, collected, sent together, and kept if the kernel refuses them.
#include <cerrno>
#include <string>
#include <utility>

#include "io/datagram_calls.hpp"
#include "io/udp_block.hpp"

namespace eddy::detail {
namespace {

/// So many that were collected leave before the callback is over.
constexpr std::size_t max_collected = 256;

constexpr std::size_t ipv6_max_size = UdpSocket::max_size + 20;

/// What to do about it.
std::string_view cure_for(int status, const Address& to) noexcept {
  switch (-status) {
    case EMSGSIZE:
      return "the datagram is too large; send less at a time";
    case EACCES:
    case EPERM:
      return to.local() ? "the path does not let this user write"
                        : "a broadcast needs UdpOptions::broadcast; or a firewall is in the way";
    case EINVAL:
    case EAFNOSUPPORT:
      return "the address is not one that this socket can send to";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "there is no route to it";
    case ECONNREFUSED:
    case ENOENT:
      return "nobody receives there";
    default:
      return {};
  }
}

/// Whether the kernel means that what it has is full, and takes more when some of it is gone.
bool is_full(int status) noexcept {
  return status == -EAGAIN || status == -ENOBUFS || status == -ENOMEM;
}

/// The kernel passes over an address that it cannot use here, and takes any.
Result<void> check_source(const Address& to, const Address& from) {
  if (from.local()) return Error(Errc::invalid, "a Unix socket has one address to send from");
  if (from.unmapped().family() == to.unmapped().family()) return {};
  return Error(
      Errc::invalid,
      "send from " + from.to_string() + " to " + to.to_string() + ", which is of another family");
}

/// Whether the error may be owed to the form in which datagrams were sent.
bool is_about_trains(int status) noexcept {
  return status == -EINVAL || status == -EMSGSIZE || status == -EIO || status == -EOPNOTSUPP;
}

}  // namespace

Error UdpBlock::send_error(int status, const Address& to, std::size_t size) const {
  std::string context = "send " + std::to_string(size) + " octets";
  if (const Address named = to ? to : peer_address()) context += " to " + named.to_string();
  const std::string_view cure = cure_for(status, to);
  if (!cure.empty()) context.append(" (").append(cure).append(")");
  return uv_error(status, context);
}

Result<void> UdpBlock::check(const Address* to, const Address* from, ByteView bytes) const {
  if (!open()) return Error(Errc::closed, "send a datagram");
  if (to == nullptr && !has_peer_) {
    return Error(Errc::invalid, "send a datagram without a peer (set_peer(), or use send_to())");
  }
  if (to != nullptr && !*to) return Error(Errc::invalid, "send a datagram to no address");
  if (to != nullptr && from != nullptr && *from) {
    if (Result<void> sound = check_source(*to, *from); !sound) return sound;
  }
  const std::size_t most = family_ == AF_INET ? UdpSocket::max_size : ipv6_max_size;
  if (family_ != AF_UNIX && bytes.size() > most) {
    return send_error(-EMSGSIZE, to != nullptr ? *to : Address(), bytes.size());
  }
  return {};
}

Result<void> UdpBlock::send(const Address* to, const Address* from, ByteView bytes) {
  core_.check_thread();
  if (Result<void> sound = check(to, from, bytes); !sound) return sound;
  if (from != nullptr && !*from) from = nullptr;
  if (queue_ == nullptr && !collecting_ && from == nullptr) {
    if (impl()->scope_depth > 0) {  // outside of callbacks nothing would send what is collected
      collecting_ = true;
      impl()->cork(*this);
    }
    return send_now(to, bytes);
  }
  return enqueue(to, from, bytes);
}

Result<void> UdpBlock::send_now(const Address* to, ByteView bytes) {
  const auto* peer = to == nullptr ? nullptr : static_cast<const sockaddr*>(to->data());
  const auto size = static_cast<socklen_t>(to == nullptr ? 0 : to->size());
  const int status = uninterrupted(
      datagram_calls->sendto, socket_.number(), bytes.data(), bytes.size(), 0, peer, size);
  ++statistic_.send_calls;
  if (status >= 0) [[likely]] {
    ++statistic_.sent;
    statistic_.bytes_sent += bytes.size();
    return {};
  }
  if (is_full(status)) {
    sending_rests_ = status != -EAGAIN;
    blocked_ = true;  // so that it is kept
    Result<void> kept = enqueue(to, nullptr, bytes);
    block();
    return kept;
  }
  ++(status == -ECONNREFUSED && has_peer_ ? statistic_.unreachable : statistic_.failed);
  return send_error(status, to != nullptr ? *to : Address(), bytes.size());
}

/// Collects a datagram, or keeps it until the kernel takes more.
Result<void> UdpBlock::enqueue(const Address* to, const Address* from, ByteView bytes) {
  if (!make_room(bytes.size())) {
    // Larger than the queue, which need not mean that the kernel has no room for it.
    if (queue_ != nullptr || blocked_) return overloaded();
    if (from == nullptr) return send_now(to, bytes);
    push(to, from, bytes);
    transmit();
    if (queue_ == nullptr) return {};
    queue_->pop(1);
    emptied();
    return overloaded();
  }
  push(to, from, bytes);
  if (blocked_) return {};
  if (impl()->scope_depth == 0 || queue_->size() >= max_collected) {
    transmit();
  } else {
    impl()->cork(*this);
  }
  return {};
}

void UdpBlock::push(const Address* to, const Address* from, ByteView bytes) {
  if (queue_ == nullptr) queue_ = DatagramPool::of(*impl()).lend();
  queue_->push(
      to != nullptr ? *to : Address(), from != nullptr ? LocalEnd::of(*from) : LocalEnd(), bytes);
}

Error UdpBlock::overloaded() {
  ++statistic_.dropped;
  return {Errc::overloaded, std::to_string(queued()) + " datagrams wait to be sent"};
}

/// Whether a datagram of `size` octets may wait; makes way for it as the policy says.
bool UdpBlock::make_room(std::size_t size) noexcept {
  const auto full = [this, size] {
    return queued() + 1 > max_queued_ || queued_bytes() + size > max_queued_bytes_;
  };
  if (full() && queue_ != nullptr && !blocked_) transmit();  // it was merely collected
  const bool would_fit = max_queued_ > 0 && size <= max_queued_bytes_;
  const bool may_drop = would_fit && overflow_ == UdpOverflow::drop_oldest;
  while (may_drop && full() && queue_ != nullptr) {
    ++statistic_.dropped;
    queue_->pop(1);
    if (queue_->empty()) emptied();
  }
  return !full();
}

/// Sends what is queued until the kernel takes no more.
void UdpBlock::transmit() noexcept {
  blocked_ = false;
  while (queue_ != nullptr) {
    if (!transmit_batch(*queue_)) return block();
    if (queue_->empty()) emptied();
  }
}

/// Gives false if the kernel takes no more for now.
bool UdpBlock::transmit_batch(SendQueue& queue) noexcept {
  DatagramPool& pool = DatagramPool::of(*impl());
  const unsigned count = pool.prepare(queue, train_size_);
  const int status =
      uninterrupted(datagram_calls->sendmmsg, socket_.number(), pool.outgoing(), count, 0);
  ++statistic_.send_calls;
  if (status <= 0) return transmit_failed(queue, status);
  promised_ = retried_ = false;
  suspected_train_ = 0;
  std::size_t datagrams = 0;
  for (unsigned i = 0; i < static_cast<unsigned>(status); ++i)
    datagrams += pool.taken(i);
  const std::size_t before = queue.bytes();
  queue.pop(datagrams);
  statistic_.sent += datagrams;
  statistic_.bytes_sent += before - queue.bytes();
  return true;
}

/// The kernel refused the first message. Gives false if there is no point in going on now.
bool UdpBlock::transmit_failed(SendQueue& queue, int status) noexcept {
  const OutgoingDatagram& first = queue[0];
  if (is_full(status)) {
    // Where the kernel cannot tell when it takes more, polling would spin.
    sending_rests_ = status != -EAGAIN || promised_;
    return false;
  }
  if (status == -ECONNREFUSED && has_peer_ && !std::exchange(retried_, true)) {
    ++statistic_.unreachable;  // of an earlier one; this one was not tried
    tell(send_error(status, first.to, first.size));
    return true;
  }
  if (is_about_trains(status) && queue.train_at(0, train_size_) > 1) {
    // A route whose packets are smaller, or a device that cannot cut trains; if it is neither, its
    // first datagram will be refused as well.
    suspected_train_ = train_size_;
    train_size_ = status == -EINVAL || status == -EMSGSIZE ? first.size - 1 : 0;
    return true;
  }
  if (suspected_train_ != 0) train_size_ = std::exchange(suspected_train_, 0);
  retried_ = false;
  ++statistic_.failed;
  tell(send_error(status, first.to, first.size));
  queue.pop(1);
  return true;
}

/// Waits until the kernel takes more.
void UdpBlock::block() noexcept {
  blocked_ = true;
  ++statistic_.deferred;
  if (sending_rests_) rest();
  watch();
}

void UdpBlock::emptied() noexcept {
  DatagramPool::of(*impl()).give_back(std::exchange(queue_, nullptr));
  List<SentNode> ready;
  ready.take(draining_);
  while (!ready.empty())
    ready.pop_front().settle_value();
}

Future<void> UdpBlock::drain(Site site) {
  core_.check_thread();
  if (!open() || queue_ == nullptr) {
    Result<void> result = open() ? Result<void>() : Error(Errc::closed, "send datagrams");
    ValueNode<void>* node = ReadyNode<void>::make(core_, site, std::move(result));
    return make_future(node);
  }
  SentNode* node = SentNode::make(core_, site);
  draining_.push_back(*node);
  return make_future<void>(node);
}

}  // namespace eddy::detail
