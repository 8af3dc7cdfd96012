// SPDX-License-Identifier: MIT
#include "io/datagram_pool.hpp"

#include <cstring>
#include <utility>

namespace eddy::detail {

DatagramPool::DatagramPool()
    // Not zeroed, so that no page is touched early.
    : slab_(new char[batch * buffer_size]) {
  for (unsigned i = 0; i < batch; ++i) {
    incoming_parts_[i] = {slab_.get() + i * buffer_size, buffer_size};
    incoming_[i].msg_hdr.msg_iov = &incoming_parts_[i];
    incoming_[i].msg_hdr.msg_iovlen = 1;
    outgoing_[i].msg_hdr.msg_iov = &outgoing_parts_[i];
    outgoing_[i].msg_hdr.msg_iovlen = 1;
  }
  reset(batch);
}

void DatagramPool::reset(unsigned count) noexcept {
  for (unsigned i = 0; i < count; ++i) {
    msghdr& header = incoming_[i].msg_hdr;
    header.msg_name = &names_[i];
    header.msg_namelen = sizeof names_[i];
    header.msg_control = incoming_control_[i].octets;
    header.msg_controllen = takes_control_ ? ControlSpace::size : 0;
  }
}

const Address& DatagramPool::peer(unsigned index) noexcept {
  const socklen_t size = incoming_[index].msg_hdr.msg_namelen;
  if (size != known_size_ || std::memcmp(&names_[index], &known_name_, size) != 0) {
    known_size_ = size;
    std::memcpy(&known_name_, &names_[index], size);
    known_peer_ = Address::from_sockaddr(&names_[index], size);
  }
  return known_peer_;
}

unsigned DatagramPool::prepare(const SendQueue& queue, std::size_t train_size) noexcept {
  const char* octets = queue.data();
  std::size_t next = 0;
  unsigned count = 0;
  for (; count < batch && next < queue.size(); ++count) {
    taken_[count] = queue.train_at(next, train_size);
    prepare_one(count, queue, next);
    std::size_t size = 0;
    for (const std::size_t end = next + taken_[count]; next < end; ++next)
      size += queue[next].size;
    outgoing_parts_[count].iov_base = const_cast<char*>(octets);  // NOLINT: the kernel only reads
    outgoing_parts_[count].iov_len = size;
    octets += size;
  }
  return count;
}

void DatagramPool::prepare_one(unsigned index, const SendQueue& queue, std::size_t first) noexcept {
  const OutgoingDatagram& head = queue[first];
  msghdr& header = outgoing_[index].msg_hdr;
  header.msg_name = head.to ? const_cast<void*>(head.to.data()) : nullptr;  // NOLINT: the same
  header.msg_namelen = static_cast<socklen_t>(head.to.size());
  const std::size_t segment = taken_[index] > 1 ? head.size : 0;
  write_control(header, outgoing_control_[index], head.from, static_cast<std::uint16_t>(segment));
}

std::unique_ptr<SendQueue> DatagramPool::lend() {
  if (spare_ != nullptr) return std::move(spare_);
  return std::make_unique<SendQueue>();
}

void DatagramPool::give_back(std::unique_ptr<SendQueue> queue) noexcept {
  if (spare_ == nullptr) spare_ = std::move(queue);
}

}  // namespace eddy::detail
