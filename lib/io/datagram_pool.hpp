// SPDX-License-Identifier: MIT
//
// What all datagram sockets of a loop share: the buffers that a batch is received into, and the
// headers of one that is sent.
//
// Private to io. An idle socket holds none of them.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "core/loop_impl.hpp"
#include "io/packet_info.hpp"
#include "io/send_queue.hpp"

namespace eddy::detail {

/// Thread: loop.
class DatagramPool final : public LoopAttachment {
 public:
  static constexpr AttachmentSlot slot = AttachmentSlot::datagrams;
  /// Datagrams, or trains of them, that one call of the kernel receives or sends.
  static constexpr unsigned batch = 32;
  /// For each of a batch: what a datagram and a train have at most. Pages that nothing has reached
  /// cost no memory.
  static constexpr std::size_t buffer_size = 64 * 1024;

  DatagramPool();
  static DatagramPool& of(LoopImpl& impl) { return impl.attached<DatagramPool>(); }

  // Receiving.
  mmsghdr* incoming() noexcept { return incoming_.data(); }
  ByteView bytes(unsigned index) const noexcept {
    return {slab_.get() + index * buffer_size, incoming_[index].msg_len};
  }
  /// Who sent the message. The reference is good until the next call.
  const Address& peer(unsigned index) noexcept;
  /// Makes the first `count` headers ready for the next call of the kernel.
  void reset(unsigned count) noexcept;
  /// Whether control messages come along, from the next call of the kernel on.
  void take_control(bool wanted) noexcept {
    if (std::exchange(takes_control_, wanted) != wanted) reset(batch);
  }
  /// Whether what was received is being given out, so that nothing may be received now.
  bool busy() const noexcept { return busy_; }
  void set_busy(bool on) noexcept { busy_ = on; }

  // Sending.
  /// Prepares the datagrams at the front of `queue`, in trains of at most `train_size` octets a
  /// datagram (0: no trains). Gives the number of messages; `taken` has how many datagrams each is.
  unsigned prepare(const SendQueue& queue, std::size_t train_size) noexcept;
  mmsghdr* outgoing() noexcept { return outgoing_.data(); }
  std::size_t taken(unsigned index) const noexcept { return taken_[index]; }

  /// A queue for a socket that has something to queue.
  std::unique_ptr<SendQueue> lend();
  void give_back(std::unique_ptr<SendQueue> queue) noexcept;

 private:
  void prepare_one(unsigned index, const SendQueue& queue, std::size_t first) noexcept;

  std::unique_ptr<char[]> slab_;
  std::array<mmsghdr, batch> incoming_{};
  std::array<iovec, batch> incoming_parts_{};
  std::array<sockaddr_storage, batch> names_{};
  std::array<ControlSpace, batch> incoming_control_{};
  sockaddr_storage known_name_{};  // of known_peer_: most of a batch come from one
  socklen_t known_size_ = 0;
  Address known_peer_;
  bool busy_ = false;
  bool takes_control_ = true;

  std::array<mmsghdr, batch> outgoing_{};
  std::array<iovec, batch> outgoing_parts_{};
  std::array<ControlSpace, batch> outgoing_control_{};
  std::array<std::size_t, batch> taken_{};
  std::unique_ptr<SendQueue> spare_;
};

}  // namespace eddy::detail
