// SPDX-License-Identifier: MIT
#include "io/send_queue.hpp"

#include <algorithm>

namespace eddy::detail {
namespace {

/// So many places are kept when the queue runs empty.
constexpr std::size_t kept_places = 256;

}  // namespace

void SendQueue::push(const Address& to, const LocalEnd& from, ByteView bytes) {
  octets_.append(bytes);
  datagrams_.push_back({to, from, bytes.size()});
}

void SendQueue::address(const Address& to) noexcept {
  for (OutgoingDatagram& datagram : datagrams_)
    if (!datagram.to) datagram.to = to;
}

void SendQueue::pop(std::size_t count) noexcept {
  std::size_t octets = 0;
  for (std::size_t i = 0; i < count; ++i)
    octets += (*this)[i].size;
  octets_.consume(octets);
  first_ += count;
  if (empty()) {
    datagrams_.clear();
    if (datagrams_.capacity() > kept_places) datagrams_ = {};
    first_ = 0;
  } else if (first_ > datagrams_.size() / 2) {  // amortised: at most one move for each that left
    datagrams_.erase(datagrams_.begin(), datagrams_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

std::size_t SendQueue::train_at(std::size_t index, std::size_t max_size) const noexcept {
  const OutgoingDatagram& head = (*this)[index];
  if (head.size == 0 || head.size > max_size) return 1;
  const std::size_t most = std::min(max_train, max_train_bytes / head.size);
  const std::size_t end = std::min(size(), index + most);
  std::size_t next = index + 1;
  while (next < end) {
    const OutgoingDatagram& other = (*this)[next];
    const bool fits = other.size > 0 && other.size <= head.size;
    if (!fits || !(other.to == head.to) || !(other.from == head.from)) break;
    ++next;
    if (other.size < head.size) break;
  }
  return std::max<std::size_t>(next - index, 1);
}

}  // namespace eddy::detail
