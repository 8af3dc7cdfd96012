// SPDX-License-Identifier: MIT
//
// Two stretches of octets as the kernel wants them. Private to io.
#pragma once

#include <eddy/base/bytes.hpp>

#include <sys/uio.h>

namespace eddy::detail {

class MessageParts {
 public:
  MessageParts(ByteView first, ByteView second) noexcept {
    for (const ByteView part : {first, second}) {
      if (part.empty()) continue;
      parts_[count_].iov_base = const_cast<char*>(part.data());  // NOLINT: it is only read
      parts_[count_++].iov_len = part.size();
    }
  }

  const iovec* data() const noexcept { return parts_; }
  iovec* data() noexcept { return parts_; }
  int size() const noexcept { return count_; }

 private:
  iovec parts_[2]{};
  int count_ = 0;
};

}  // namespace eddy::detail
