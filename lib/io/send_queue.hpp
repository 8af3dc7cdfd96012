// SPDX-License-Identifier: MIT
//
// Datagrams that wait to be sent, their octets side by side, so that equal ones to one peer can
// leave as a train. Private to io.
#pragma once

#include <eddy/base/address.hpp>
#include <eddy/base/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/packet_info.hpp"

namespace eddy::detail {

struct OutgoingDatagram {
  Address to;  // none: to the socket's peer
  LocalEnd from;
  std::size_t size = 0;
};

/// First in, first out.
class SendQueue {
 public:
  /// What a train may have; the kernel's own limits.
  static constexpr std::size_t max_train = 64;
  static constexpr std::size_t max_train_bytes = 65'000;

  void push(const Address& to, const LocalEnd& from, ByteView bytes);
  /// Gives an address to those that have none.
  void address(const Address& to) noexcept;
  /// Removes the first `count` datagrams.
  void pop(std::size_t count) noexcept;

  bool empty() const noexcept { return first_ == datagrams_.size(); }
  std::size_t size() const noexcept { return datagrams_.size() - first_; }
  std::size_t bytes() const noexcept { return octets_.size(); }
  const char* data() const noexcept { return octets_.view().data(); }
  const OutgoingDatagram& operator[](std::size_t index) const noexcept {
    return datagrams_[first_ + index];
  }
  /// How many datagrams from `index` on can leave as one train: to one peer and of one size, of
  /// which the last may be less. 1 if there is no train.
  std::size_t train_at(std::size_t index, std::size_t max_size) const noexcept;

 private:
  std::vector<OutgoingDatagram> datagrams_;
  std::size_t first_ = 0;
  Buffer octets_;
};

}  // namespace eddy::detail
