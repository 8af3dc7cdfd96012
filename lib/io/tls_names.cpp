// SPDX-License-Identifier: MIT
#include "io/tls_names.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

namespace eddy::detail {
namespace {

constexpr std::size_t max_name = 253;
constexpr std::size_t max_label = 63;

bool is_address(int family, const std::string& text) noexcept {
  unsigned char octets[sizeof(in6_addr)];
  return inet_pton(family, text.c_str(), octets) == 1;
}

/// `text` without a zone ("%eth0"), if it is an address; or else nothing.
std::string address_in(const std::string& text) {
  if (text.find('\0') != std::string::npos) return {};
  if (is_address(AF_INET, text)) return text;
  std::string address = text.substr(0, text.find('%'));
  return is_address(AF_INET6, address) ? address : std::string();
}

bool belongs_into_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > max_name) return false;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    if (label.empty() || label.size() > max_label) return false;
    if (!std::all_of(label.begin(), label.end(), belongs_into_name)) return false;
    name.remove_prefix(label.size());
    if (name == ".") return false;
    if (!name.empty()) name.remove_prefix(1);
  }
  return true;
}

}  // namespace

std::string folded_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string folded(name);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

Result<TlsHost> parse_tls_host(std::string_view host) {
  std::string name = folded_name(host);
  if (std::string address = address_in(name); !address.empty()) {
    return TlsHost{std::move(address), true};
  }
  if (is_name(name)) return TlsHost{std::move(name), false};
  const bool ascii = std::all_of(host.begin(), host.end(), [](char c) { return c > 0; });
  return Error(Errc::invalid,
               ascii ? "no name of a host" : "a name of a host is to be given in ASCII (xn--)");
}

bool matches_exactly(std::string_view pattern, std::string_view name) noexcept {
  return pattern == name;
}

bool matches_wildcard(std::string_view pattern, std::string_view name) noexcept {
  if (!pattern.starts_with("*.")) return false;
  const std::string_view domain = pattern.substr(1);
  if (domain.find('.', 1) == std::string_view::npos) return false;  // "*.com"
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && name.substr(dot) == domain;
}

}  // namespace eddy::detail
