// SPDX-License-Identifier: MIT
//
// The grammar of endpoints and host names, usable while compiling so that `"…"_endpoint` is checked
// by the compiler.
//
// Programs use Endpoint (base/endpoint.hpp). Host names are what RFC 1123 allows, and '_', which
// the names of containers have. Other alphabets are written as A-labels (xn--...): nothing here
// converts them.
#pragma once

#include <eddy/base/address_text.hpp>

namespace eddy::detail {

/// Longest host name, without the dot at its end.
inline constexpr std::size_t max_host_name = 253;
inline constexpr std::size_t max_host_label = 63;

/// What an endpoint is made of: an address, or the name of a host and a port.
struct EndpointParts {
  const char* problem = nullptr;  // what was expected; null if the text is an endpoint
  AddressParts address;           // of Kind::none if there is a host
  std::string_view host;
  std::uint16_t port = 0;
};

constexpr EndpointParts endpoint_problem(const char* problem) noexcept {
  EndpointParts parts;
  parts.problem = problem;
  return parts;
}

constexpr bool is_host_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
}

constexpr const char* host_letter_problem(char c) noexcept {
  if (is_host_letter(c) || c == '.') return nullptr;
  if (static_cast<unsigned char>(c) >= 0x80) {
    return "a host name of another alphabet is written as A-labels, as in xn--bcher-kva.example";
  }
  if (c == '/') return "a host and a port are expected, as in example.org:443, and no URL";
  if (c == ' ' || c == '\0') return "a host name holds neither spaces nor NUL";
  return "a host name is made of letters, digits, '-', '_' and '.'";
}

constexpr const char* host_label_problem(std::string_view label) noexcept {
  if (label.empty()) return "between two dots of a host name a label is expected";
  if (label.size() > max_host_label) return "a label of a host name has at most 63 octets";
  if (label.front() == '-' || label.back() == '-') {
    return "a label of a host name neither begins nor ends with '-'";
  }
  return nullptr;
}

/// Whether some resolvers would read `label`, the last of a name, as a part of an IPv4 address.
constexpr bool is_number_label(std::string_view label) noexcept {
  bool hexadecimal = label.size() >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X');
  if (hexadecimal) label.remove_prefix(2);
  for (char c : label) {
    char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c + ('a' - 'A')) : c;
    if (!is_digit(c) && !(hexadecimal && lower >= 'a' && lower <= 'f')) return false;
  }
  return true;
}

/// Says why `name` is no host name; null if it is one. A dot at its end says that it is complete.
constexpr const char* host_name_problem(std::string_view name) noexcept {
  for (char c : name) {
    if (const char* problem = host_letter_problem(c)) return problem;
  }
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.empty()) return "the host is missing, as in example.org:443";
  if (name.size() > max_host_name) return "a host name has at most 253 octets";
  for (;;) {
    std::size_t end = name.find('.');
    std::string_view label = name.substr(0, end);
    if (const char* problem = host_label_problem(label)) return problem;
    if (end == std::string_view::npos) {
      // "127.1" and "0x7f.0.0.1" are addresses to the C library, and not the same everywhere.
      if (!is_number_label(label)) return nullptr;
      return "the last label of a host name is no number; an IPv4 address has four, as 127.0.0.1";
    }
    name.remove_prefix(end + 1);
  }
}

/// Reads "1.2.3.4", "::1" or "fe80::1%eth0" without brackets; Kind::none if it is neither.
constexpr AddressParts parse_bare_ip(std::string_view text, std::uint16_t port) noexcept {
  AddressParts parts;
  std::size_t percent = text.find('%');
  if (parse_ipv4(text, parts.octets)) {
    parts.kind = AddressParts::Kind::ipv4;
  } else if (parse_ipv6(text.substr(0, percent), parts.octets) &&
             (percent == std::string_view::npos || parse_scope(text.substr(percent + 1), parts))) {
    parts.kind = AddressParts::Kind::ipv6;
  } else {
    return {};
  }
  parts.port = port;
  return parts;
}

/// A host, which may be an IP address without brackets, and a port.
constexpr EndpointParts make_endpoint(std::string_view host, std::uint16_t port) noexcept {
  EndpointParts parts;
  parts.address = parse_bare_ip(host, port);
  if (parts.address.kind != AddressParts::Kind::none) return parts;
  if (const char* problem = host_name_problem(host)) return endpoint_problem(problem);
  parts.host = host;
  parts.port = port;
  return parts;
}

/// Whether `name` with a port would be read as the path of a Unix socket.
constexpr bool is_word_unix(std::string_view name) noexcept {
  constexpr std::string_view word = "unix";
  if (name.size() != word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if ((name[i] | 0x20) != word[i]) return false;
  }
  return true;
}

/// Reads "example.org:443" and all that parse_address() reads.
constexpr EndpointParts parse_endpoint(std::string_view text) noexcept {
  EndpointParts parts;
  if (text.substr(0, 5) == "unix:" || text.substr(0, 1) == "[") {
    parts.address = parse_address(text);
    parts.problem = parts.address.problem;
    return parts;
  }
  if (text.find('/') != std::string_view::npos) return endpoint_problem(host_letter_problem('/'));
  std::size_t colon = text.find(':');
  std::string_view host = text.substr(0, colon);
  if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos) {
    return endpoint_problem("an IPv6 address stands in brackets, as in [::1]:80");
  }
  std::uint64_t port = 0;
  if (is_word_unix(host)) {
    return endpoint_problem("unix:80 is a path; the host of that name is written unix.:80");
  }
  parts = make_endpoint(host, 0);
  if (parts.problem != nullptr) return parts;
  if (colon == std::string_view::npos) {
    return endpoint_problem("the port is missing, as in example.org:443");
  }
  if (!parse_decimal(text.substr(colon + 1), 65535, port)) return endpoint_problem(port_problem);
  return make_endpoint(host, static_cast<std::uint16_t>(port));
}

}  // namespace eddy::detail
