// SPDX-License-Identifier: MIT
//
// How received datagrams reach a sink or a reader.
#include <cerrno>
#include <utility>

#include "io/datagram_calls.hpp"
#include "io/udp_block.hpp"

namespace eddy::detail {
namespace {

/// finish_receiving() makes so many calls at most: enough for what a buffer of some megabytes
/// holds, not enough to listen for ever to somebody who goes on sending.
constexpr unsigned last_calls = 64;

Future<Datagram> settled_receive(LoopCore& core, Site site, Result<Datagram>&& result) {
  ValueNode<Datagram>* node = ReadyNode<Datagram>::make(core, site, std::move(result));
  return make_future(node);
}

Datagram take_first(std::deque<Datagram>& inbox) {
  Datagram first = std::move(inbox.front());
  inbox.pop_front();
  return first;
}

/// Whether the network says something of what was sent earlier.
bool is_of_network(int status) noexcept {
  switch (-status) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EMSGSIZE:
    case EACCES:
    case EPERM:
      return true;
    default:
      return false;
  }
}

}  // namespace

void UdpBlock::start(DatagramSink& sink) noexcept {
  EDDY_ASSERT(sink_ == nullptr && waiting_.empty(), "a datagram socket has one reader at a time");
  if (!open()) return;
  sink_ = &sink;
  resume();
}

void UdpBlock::stop() noexcept {
  sink_ = nullptr;
  untold_.clear();
  watch();
}

void UdpBlock::pause() noexcept {
  paused_ = true;
  watch();
}

void UdpBlock::resume() noexcept {
  paused_ = false;
  if (!open()) return;
  if (!inbox_.empty()) impl()->cork(*this);
  watch();
}

void UdpBlock::finish_receiving() noexcept {
  // Inside of a sink the buffers are in use.
  if (open() && sink_ != nullptr && !DatagramPool::of(*impl()).busy()) receive_some(last_calls);
  finished_ = true;
  fail_receives();
  watch();
}

void UdpBlock::fail_receives() noexcept {
  List<ReceiveNode> unserved;
  unserved.take(waiting_);
  while (!unserved.empty())
    unserved.pop_front().settle_error(Errc::closed);
}

Future<Datagram> UdpBlock::receive(Site site) {
  core_.check_thread();
  if (!open()) return settled_receive(core_, site, Error(Errc::closed, "receive a datagram"));
  if (sink_ != nullptr) {
    return settled_receive(core_, site, Error(Errc::invalid, "receive() beside a sink"));
  }
  if (!inbox_.empty() && waiting_.empty()) return settled_receive(core_, site, take_first(inbox_));
  if (finished_) return settled_receive(core_, site, Error(Errc::closed, "receive a datagram"));
  ReceiveNode* node = ReceiveNode::make(core_, site);
  waiting_.push_back(*node);
  watch();
  return make_future<Datagram>(node);
}

bool UdpBlock::wants_input() const noexcept {
  if (!open() || finished_ || !inbox_.empty()) return false;
  return sink_ != nullptr ? !paused_ : !waiting_.empty();
}

/// How many datagrams there is use for.
unsigned UdpBlock::room() noexcept {
  if (sink_ != nullptr) return DatagramPool::batch;
  unsigned count = 0;
  for (ReceiveNode* node = waiting_.first(); node != nullptr && count < DatagramPool::batch;
       node = waiting_.next(*node)) {
    ++count;
  }
  return count;
}

void UdpBlock::receive_some(unsigned calls) noexcept {
  while (calls-- > 0 && wants_input() && !receiving_rests_) {
    if (!receive_batch()) break;
  }
}

/// Gives false if there is nothing more to receive now.
bool UdpBlock::receive_batch() noexcept {
  DatagramPool& pool = DatagramPool::of(*impl());
  const unsigned most = room();
  // A Unix peer could send descriptors along, which nobody here would ever close.
  pool.take_control(family_ != AF_UNIX);
  const int count = uninterrupted(datagram_calls->recvmmsg,
                                  socket_.number(),
                                  pool.incoming(),
                                  most,
                                  MSG_DONTWAIT,
                                  static_cast<timespec*>(nullptr));
  ++statistic_.receive_calls;
  if (count < 0) return receive_failed(count);
  const auto received = static_cast<unsigned>(count);
  pool.set_busy(true);
  if (received > 1) {
    collecting_ = true;  // the answers leave together
    impl()->cork(*this);
  }
  for (unsigned i = 0; i < received && open(); ++i)
    deliver(pool, i);
  pool.set_busy(false);
  pool.reset(received);
  return received == most;
}

/// Says of whom, where that can only be one.
Error UdpBlock::receive_error(int status) const {
  std::string context = "receive a datagram";
  if (const Address from = peer_address()) context += " from " + from.to_string();
  if (status == -ECONNREFUSED) context += " (nobody receives there)";
  return uv_error(status, context);
}

bool UdpBlock::receive_failed(int status) noexcept {
  if (status == -EAGAIN) return false;
  const bool go_on = is_of_network(status);
  if (go_on) {
    ++statistic_.unreachable;
  } else {
    receiving_rests_ = true;  // memory, or a descriptor that is none: not to be asked at once again
    rest();
  }
  Error error = receive_error(status);
  if (sink_ != nullptr) {
    tell(std::move(error));
  } else if (!waiting_.empty()) {
    waiting_.pop_front().settle_error(std::move(error));
  }
  return go_on;
}

/// Gives out one message, which is a datagram or a train of them.
void UdpBlock::deliver(DatagramPool& pool, unsigned message) noexcept {
  const msghdr& header = pool.incoming()[message].msg_hdr;
  const ByteView all = pool.bytes(message);
  PacketInfo info;
  if (header.msg_controllen > 0) info.read(header, port_);
  if (info.kernel_dropped > 0) {
    statistic_.kernel_dropped += info.kernel_dropped - kernel_dropped_;
    kernel_dropped_ = info.kernel_dropped;
  }
  DatagramView view{.bytes = all,
                    .peer = pool.peer(message),
                    .local = info.local,
                    .interface = info.interface,
                    .ecn = info.ecn,
                    .truncated = (header.msg_flags & MSG_TRUNC) != 0};
  if (info.segment == 0 || info.segment >= all.size()) return take(view);
  collecting_ = true;
  impl()->cork(*this);
  for (std::size_t at = 0; at < all.size() && open(); at += info.segment) {
    view.bytes = all.substr(at, info.segment);
    take(view);
  }
}

void UdpBlock::take(const DatagramView& datagram) noexcept {
  ++statistic_.received;
  statistic_.bytes_received += datagram.bytes.size();
  if (datagram.truncated) ++statistic_.truncated;
  if (sink_ != nullptr && !paused_) return sink_->on_datagram(datagram);
  if (sink_ == nullptr && !waiting_.empty()) {
    return waiting_.pop_front().settle_value(datagram);
  }
  inbox_.emplace_back(datagram);
}

/// The sink may stop, pause, close or destroy the socket each time.
void UdpBlock::deliver_inbox() noexcept {
  while (open() && sink_ != nullptr && !paused_ && !inbox_.empty()) {
    const Datagram first = take_first(inbox_);
    sink_->on_datagram({.bytes = first.bytes,
                        .peer = first.peer,
                        .local = first.local,
                        .interface = first.interface,
                        .ecn = first.ecn,
                        .truncated = first.truncated});
  }
  watch();
}

}  // namespace eddy::detail
