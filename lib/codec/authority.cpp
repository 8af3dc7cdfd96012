// SPDX-License-Identifier: MIT
#include "authority.hpp"

#include "octets.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace eddy::http::detail {

namespace {

constexpr std::size_t longest_name = 255;  // no name of the DNS is longer

bool valid_port(ByteView text) noexcept {
  if (text.size() > 5) return false;
  unsigned port = 0;
  for (char octet : text) {
    if (!is_digit(octet)) return false;
    port = port * 10 + static_cast<unsigned>(octet - '0');
  }
  return port <= 65535;
}

bool valid_ipv6(ByteView text) noexcept {
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof terminated) return false;
  std::copy(text.begin(), text.end(), terminated);
  in6_addr address;
  return text.find('\0') == ByteView::npos && inet_pton(AF_INET6, terminated, &address) == 1;
}

// Whether a name is made of its octets and of escapes that are whole.
bool valid_escapes(ByteView text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is(text[i], host_octet)) continue;
    if (text[i] != '%' || text.size() - i < 3) return false;
    if (hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return false;
    i += 2;
  }
  return true;
}

}  // namespace

bool valid_authority(ByteView text) noexcept {
  if (!text.empty() && text.front() == '[') {
    std::size_t close = text.find(']');
    if (close == ByteView::npos || !valid_ipv6(text.substr(1, close - 1))) return false;
    ByteView rest = text.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && valid_port(rest.substr(1)));
  }
  const char* end = text.data() + text.size();
  const char* stop = skip(text.data(), end, host_octet);
  const bool escaped = stop != end && *stop == '%';
  if (escaped) stop = std::find(stop, end, ':');
  const auto size = static_cast<std::size_t>(stop - text.data());
  if (size == 0 || size > longest_name) return false;
  if (escaped && !valid_escapes(text.substr(0, size))) return false;
  return stop == end || (*stop == ':' && valid_port(text.substr(size + 1)));
}

}  // namespace eddy::http::detail
