// SPDX-License-Identifier: MIT
#include <eddy/codec/http_header_lines.hpp>

#include "octets.hpp"

#include <eddy/base/error.hpp>

#include <algorithm>
#include <utility>

namespace eddy::http {

namespace {

bool valid_value(ByteView value) noexcept {
  if (value.empty()) return true;
  bool bare = !detail::is_space(value.front()) && !detail::is_space(value.back());
  const char* end = value.data() + value.size();
  return bare && detail::skip_value(value.data(), end) == end;
}

}  // namespace

HeaderLines::HeaderLines(const HeaderLines& other) : long_(other.long_) {
  take(other);
}

HeaderLines::HeaderLines(HeaderLines&& other) noexcept : long_(std::move(other.long_)) {
  take(other);
  other.long_.clear();
  other.size_ = 0;
}

HeaderLines& HeaderLines::operator=(const HeaderLines& other) {
  long_ = other.long_;
  take(other);
  return *this;
}

HeaderLines& HeaderLines::operator=(HeaderLines&& other) noexcept {
  if (this == &other) return *this;
  long_ = std::exchange(other.long_, {});
  take(other);
  other.size_ = 0;
  return *this;
}

void HeaderLines::take(const HeaderLines& other) noexcept {
  size_ = other.size_;
  std::copy_n(other.short_.data(), size_, short_.data());
}

void HeaderLines::add(ByteView name, ByteView value) {
  if (!detail::all_of(name, detail::token_octet)) {
    throw Exception(Error(Errc::invalid, "name of a response field"));
  }
  if (!valid_value(value)) {
    throw Exception(Error(Errc::invalid, "value of a response field").with(name));
  }
  std::size_t size = name.size() + value.size() + 4;  // ": " and CRLF
  if (long_.empty() && size <= inline_size - size_) {
    char* at = short_.data() + size_;
    for (ByteView part : {name, ByteView(": "), value, ByteView("\r\n")})
      at = std::copy(part.begin(), part.end(), at);
    size_ = static_cast<std::uint8_t>(size_ + size);
    return;
  }
  long_.reserve(view().size() + size);
  if (long_.empty()) long_.assign(short_.data(), size_);
  long_.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace eddy::http
