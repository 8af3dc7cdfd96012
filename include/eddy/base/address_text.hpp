// SPDX-License-Identifier: MIT
//
// The grammar of addresses, usable while compiling so that `"…"_addr` is checked by the compiler.
//
// Programs use Address (base/address.hpp); nothing here touches the system. Numbers are decimal
// without leading zeros, for "010" is 8 to some readers and 10 to others.
#pragma once

#include <eddy/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace eddy::detail {

/// What an address is made of, before it takes the form that the kernel knows.
struct AddressParts {
  enum class Kind : std::uint8_t { none, ipv4, ipv6, local };

  Kind kind = Kind::none;
  const char* problem = nullptr;  // what was expected; null if the text is an address
  unsigned char octets[16] = {};
  std::uint16_t port = 0;
  std::uint32_t scope = 0;
  std::string_view scope_name;  // an interface name that only the running system can resolve
  std::string_view path;        // starts with '@' if abstract
};

/// Longest path of a Unix socket: 108 octets in the kernel, one of them for the NUL or the '@'.
inline constexpr std::size_t max_local_path = 107;
/// Longest name of a network interface that Linux takes.
inline constexpr std::size_t max_interface_name = 15;

constexpr AddressParts address_problem(const char* problem) noexcept {
  AddressParts parts;
  parts.problem = problem;
  return parts;
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Reads a decimal number of at most `limit`; the whole text must be the number.
constexpr bool parse_decimal(std::string_view text,
                             std::uint64_t limit,
                             std::uint64_t& out) noexcept {
  if (text.empty() || text.size() > 10) return false;
  if (text.size() > 1 && text.front() == '0') return false;
  std::uint64_t value = 0;
  for (char c : text) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  out = value;
  return value <= limit;
}

/// Reads "1.2.3.4" into the four octets at `out`.
constexpr bool parse_ipv4(std::string_view text, unsigned char* out) noexcept {
  for (int i = 0; i < 4; ++i) {
    std::size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos) return false;
    std::uint64_t octet = 0;
    if (!parse_decimal(text.substr(0, end), 255, octet)) return false;
    out[i] = static_cast<unsigned char>(octet);
    text.remove_prefix(i < 3 ? end + 1 : end);
  }
  return true;
}

/// Reads one group of one to four hexadecimal digits into the two octets at `out`.
constexpr bool parse_group(std::string_view text, unsigned char* out) noexcept {
  if (text.empty() || text.size() > 4) return false;
  unsigned value = 0;
  for (char c : text) {
    char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c;
    if (!is_digit(lower) && (lower < 'a' || lower > 'f')) return false;
    value = value * 16 + static_cast<unsigned>(is_digit(lower) ? lower - '0' : lower - 'a' + 10);
  }
  out[0] = static_cast<unsigned char>(value >> 8);
  out[1] = static_cast<unsigned char>(value & 0xff);
  return true;
}

/// Moves what was read after "::" to the end of the sixteen octets.
constexpr bool fill_gap(unsigned char* out, std::size_t filled, std::size_t gap) noexcept {
  if (gap > 16) return filled == 16;
  if (filled > 14) return false;  // "::" stands for one group at least
  for (std::size_t i = filled; i > gap; --i) {
    out[16 - filled + i - 1] = out[i - 1];
    out[i - 1] = 0;
  }
  return true;
}

/// Reads an IPv6 address, with or without an IPv4 tail, into the sixteen octets at `out`.
constexpr bool parse_ipv6(std::string_view text, unsigned char* out) noexcept {
  constexpr std::size_t no_gap = 99;
  std::size_t filled = 0;
  std::size_t gap = no_gap;
  if (text.substr(0, 2) == "::") {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    std::size_t end = text.find(':');
    std::string_view token = text.substr(0, end);
    bool last = end == std::string_view::npos;
    if (last && token.find('.') != std::string_view::npos) {
      return filled <= 12 && parse_ipv4(token, out + filled) && fill_gap(out, filled + 4, gap);
    }
    if (filled > 14 || !parse_group(token, out + filled)) return false;
    filled += 2;
    if (last) break;
    text.remove_prefix(end + 1);
    if (text.empty()) return false;
    if (text.front() == ':') {
      if (gap != no_gap) return false;
      gap = filled;
      text.remove_prefix(1);
    }
  }
  return fill_gap(out, filled, gap);
}

constexpr bool parse_scope(std::string_view text, AddressParts& parts) noexcept {
  if (text.empty() || text.size() > max_interface_name) return false;
  for (char c : text) {
    if (c <= ' ' || c == '/' || c == '%' || c == 0x7f) return false;
  }
  std::uint64_t number = 0;
  if (!is_digit(text.front())) {
    parts.scope_name = text;
  } else if (!parse_decimal(text, 0xffffffff, number)) {
    return false;
  }
  parts.scope = static_cast<std::uint32_t>(number);
  return true;
}

constexpr bool parse_port(std::string_view text, AddressParts& parts) noexcept {
  std::uint64_t number = 0;
  if (!parse_decimal(text, 65535, number)) return false;
  parts.port = static_cast<std::uint16_t>(number);
  return true;
}

inline constexpr const char* port_problem = "the port must be a number from 0 to 65535";

constexpr AddressParts parse_local(std::string_view path) noexcept {
  bool abstract = !path.empty() && path.front() == '@';
  if (path.size() <= (abstract ? 1 : 0)) {
    return address_problem("a path is missing, as in unix:/run/name.sock or unix:@name");
  }
  if (path.size() - (abstract ? 1 : 0) > max_local_path) {
    return address_problem("the path of a Unix socket has at most 107 octets");
  }
  if (path.find('\0') != std::string_view::npos) {
    return address_problem("the path of a Unix socket holds no NUL");
  }
  AddressParts parts;
  parts.kind = AddressParts::Kind::local;
  parts.path = path;
  return parts;
}

constexpr AddressParts parse_bracketed(std::string_view text) noexcept {
  std::size_t close = text.find(']');
  if (close == std::string_view::npos) return address_problem("the closing bracket is missing");
  std::string_view inside = text.substr(1, close - 1);
  std::string_view rest = text.substr(close + 1);
  AddressParts parts;
  parts.kind = AddressParts::Kind::ipv6;
  std::size_t percent = inside.find('%');
  if (!parse_ipv6(inside.substr(0, percent), parts.octets)) {
    return address_problem("what stands in brackets must be an IPv6 address, as in [::1]:80");
  }
  if (percent != std::string_view::npos && !parse_scope(inside.substr(percent + 1), parts)) {
    return address_problem("after % an interface is expected, as in [fe80::1%eth0]:80");
  }
  if (rest.empty()) return address_problem("the port is missing, as in [::1]:80");
  if (rest.front() != ':') return address_problem("after ] a port is expected, as in [::1]:80");
  if (!parse_port(rest.substr(1), parts)) return address_problem(port_problem);
  return parts;
}

/// Says what is wrong with text that is neither bracketed, nor an IPv4 address with a port.
constexpr const char* host_problem(std::string_view host, bool with_port) noexcept {
  unsigned char ignored[16] = {};
  if (!with_port && parse_ipv4(host, ignored)) return "the port is missing, as in 127.0.0.1:80";
  if (with_port && (host.empty() || host == "*")) {
    return "the host is missing; every interface is 0.0.0.0:80 or [::]:80";
  }
  std::uint64_t number = 0;
  if (!with_port && parse_decimal(host, 65535, number)) {
    return "a port alone is no address; write 127.0.0.1:80 or [::]:80";
  }
  for (char c : host) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      return "a host name needs a resolver; here an IP address is expected, as in 127.0.0.1:80";
    }
  }
  return "expected 127.0.0.1:80, [::1]:80, unix:/path or unix:@name";
}

constexpr AddressParts parse_plain(std::string_view text) noexcept {
  std::size_t colon = text.find(':');
  bool with_port = colon != std::string_view::npos;
  if (with_port && text.find(':', colon + 1) != std::string_view::npos) {
    return address_problem("an IPv6 address stands in brackets, as in [::1]:80");
  }
  std::string_view host = text.substr(0, colon);
  AddressParts parts;
  parts.kind = AddressParts::Kind::ipv4;
  if (!with_port || !parse_ipv4(host, parts.octets)) {
    return address_problem(host_problem(host, with_port));
  }
  if (!parse_port(text.substr(colon + 1), parts)) return address_problem(port_problem);
  return parts;
}

/// Reads "1.2.3.4:80", "[::1]:80", "[fe80::1%eth0]:80", "unix:/path" or "unix:@abstract".
constexpr AddressParts parse_address(std::string_view text) noexcept {
  if (text.substr(0, 5) == "unix:") return parse_local(text.substr(5));
  if (!text.empty() && text.front() == '[') return parse_bracketed(text);
  return parse_plain(text);
}

}  // namespace eddy::detail
