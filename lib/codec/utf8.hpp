// SPDX-License-Identifier: MIT
//
// Checks UTF-8 one octet at a time.
#pragma once

#include <cstdint>

namespace eddy::detail {

/// Takes the octets of a text in order; refuses overlong forms, surrogates and what lies beyond
/// U+10FFFF at the first octet that tells.
class Utf8 {
 public:
  bool take(char octet) noexcept {
    auto value = static_cast<std::uint8_t>(octet);
    if (left_ != 0) {
      bool fits = value >= low_ && value <= high_;
      low_ = 0x80;
      high_ = 0xbf;
      --left_;
      return fits;
    }
    if (value < 0x80) return true;
    return begin(value);
  }
  /// False in the middle of a character.
  bool complete() const noexcept { return left_ == 0; }

 private:
  // RFC 3629, section 4: the second octet's range depends on the first.
  bool begin(std::uint8_t value) noexcept {
    if (value < 0xc2 || value > 0xf4) return false;
    left_ = value < 0xe0 ? 1 : value < 0xf0 ? 2 : 3;
    if (value == 0xe0) low_ = 0xa0;
    if (value == 0xed) high_ = 0x9f;
    if (value == 0xf0) low_ = 0x90;
    if (value == 0xf4) high_ = 0x8f;
    return true;
  }

  std::uint8_t left_ = 0;
  std::uint8_t low_ = 0x80;
  std::uint8_t high_ = 0xbf;
};

}  // namespace eddy::detail
