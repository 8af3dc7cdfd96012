// SPDX-License-Identifier: MIT
//
// The fields of an outgoing message, kept as the very octets that will be sent.
#pragma once

#include <eddy/base/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace eddy::http {

/// A list of "Name: value\r\n" lines; short ones need no allocation.
///
/// A name or a value that would not be one line of the message is refused when it is added, octet
/// for octet as it would be sent: nothing can change it in between.
class EDDY_EXPORT HeaderLines {
 public:
  static constexpr std::size_t inline_size = 128;  // two or three usual fields

  HeaderLines() noexcept = default;
  HeaderLines(const HeaderLines& other);
  HeaderLines(HeaderLines&& other) noexcept;
  HeaderLines& operator=(const HeaderLines& other);
  HeaderLines& operator=(HeaderLines&& other) noexcept;
  ~HeaderLines() = default;

  /// Adds one line. Throws Exception(Errc::invalid) unless `name` is a token and `value` is free of
  /// control octets (a tab may stand in it) and of space at its ends.
  void add(ByteView name, ByteView value);

  ByteView view() const noexcept {
    return long_.empty() ? ByteView(short_.data(), size_) : ByteView(long_);
  }
  bool empty() const noexcept { return view().empty(); }

 private:
  void take(const HeaderLines& other) noexcept;

  std::array<char, inline_size> short_;  // the first `size_` octets count, if `long_` is empty
  std::uint8_t size_ = 0;
  std::string long_;
};

}  // namespace eddy::http
