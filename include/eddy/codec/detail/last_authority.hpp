// SPDX-License-Identifier: MIT
//
// The authority that was last found valid. Nearly all requests to a server name the same one, and
// to compare it costs a quarter of looking at each octet again.
//
// Not for users.
#pragma once

#include <eddy/base/bytes.hpp>

#include <cstdint>
#include <cstring>

namespace eddy::http::detail {

class LastAuthority {
 public:
  bool is(ByteView text) const noexcept {
    return size_ != 0 && size_ == text.size() && std::memcmp(text.data(), text_, size_) == 0;
  }
  /// Keeps `text`, which is valid and so not empty; a longer one than there is room for is not
  /// kept.
  void keep(ByteView text) noexcept {
    if (text.size() > sizeof text_) return;
    size_ = static_cast<std::uint8_t>(text.size());
    std::memcpy(text_, text.data(), text.size());
  }

 private:
  std::uint8_t size_ = 0;
  char text_[63];  // with its size a line of the cache
};

}  // namespace eddy::http::detail
