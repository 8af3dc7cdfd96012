// SPDX-License-Identifier: MIT
#include "io/host_name.hpp"

#include <algorithm>

#include "base/escape.hpp"

namespace eddy::detail {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool fits_in_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}

/// Says what is wrong with a label of a name in lower case; null if nothing is.
const char* label_problem(std::string_view label) noexcept {
  if (label.empty()) return "between two dots of a name there is something";
  if (label.size() > max_label) return "a part of a name has at most 63 octets";
  for (const char c : label) {
    if (c == '\0') return "a name holds no NUL";
    if (static_cast<unsigned char>(c) > 0x7f) {
      return "a name in other letters than ASCII is written as xn--...";
    }
    if (!fits_in_name(c)) return "a name has letters, digits, '-', '_' and dots";
  }
  return nullptr;
}

/// The same for a whole name, without the dot at its end.
const char* name_problem(std::string_view name) noexcept {
  if (name.empty()) return "the name is missing";
  if (name.size() > max_host_name) return "a name has at most 253 octets";
  std::string_view last;
  for (std::string_view rest = name;;) {
    const std::size_t dot = rest.find('.');
    last = rest.substr(0, dot);
    if (const char* problem = label_problem(last)) return problem;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  // Some resolvers would read an address in it: "127.1", "0x7f.1", "2130706433".
  const bool hexadecimal = last.substr(0, 2) == "0x";
  if (hexadecimal || std::all_of(last.begin(), last.end(), is_digit)) {
    return "what ends in a number is an IPv4 address of four decimal numbers, as 127.0.0.1";
  }
  return nullptr;
}

Error malformed(std::string_view text, std::string_view problem) {
  std::string context = "resolve " + quoted(text);
  return Error(Errc::invalid, context.append(": ").append(problem));
}

}  // namespace

Result<Host> read_host(std::string_view text) {
  unsigned char octets[16];
  if (text.find(':') != std::string_view::npos) {
    Result<Address> address = Address::parse("[" + std::string(text) + "]:0");
    if (address) return Host{.address = *address};
    return malformed(text, "with a ':' it must be an IPv6 address, as ::1 or fe80::1%eth0");
  }
  if (parse_ipv4(text, octets)) return Host{.address = *Address::parse(std::string(text) + ":0")};
  std::string name(text.substr(0, max_host_name + 2));  // enough to see that it is too long
  std::transform(name.begin(), name.end(), name.begin(), lower);
  std::string_view labels = name;
  if (labels.ends_with('.')) labels.remove_suffix(1);
  if (const char* problem = name_problem(labels)) return malformed(text, problem);
  return Host{.name = std::move(name)};
}

std::string about_host(std::string_view name) {
  return std::string("resolve ").append(name);
}

}  // namespace eddy::detail
