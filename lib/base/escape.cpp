// SPDX-License-Identifier: MIT
#include "escape.hpp"

namespace eddy::detail {
namespace {

unsigned octet(char c) noexcept {
  return static_cast<unsigned char>(c);
}

bool continues(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (octet(text[at]) & 0xc0) == 0x80;
}

void append_hex(std::string& out, char c) {
  constexpr char digits[] = "0123456789abcdef";
  out += "\\x";
  out += digits[octet(c) >> 4];
  out += digits[octet(c) & 15];
}

/// U+0080 to U+009F: a terminal may obey them as it obeys ESC.
bool is_upper_control(std::string_view sequence) noexcept {
  return sequence.size() == 2 && octet(sequence[0]) == 0xc2 && octet(sequence[1]) < 0xa0;
}

void append_ascii(std::string& out, char c, char quote) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\\' || (quote != '\0' && c == quote)) {
    out += '\\';
    out += c;
  } else if (octet(c) < 0x20 || c == 0x7f) {
    append_hex(out, c);
  } else {
    out += c;
  }
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) noexcept {
  if (text.empty()) return 0;
  unsigned first = octet(text[0]);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !continues(text, 1)) return 0;
  if (first < 0xe0) return 2;
  unsigned second = octet(text[1]);
  if (first == 0xe0 && second < 0xa0) return 0;  // overlong
  if (first == 0xed && second > 0x9f) return 0;  // a surrogate
  if (first == 0xf0 && second < 0x90) return 0;  // overlong
  if (first == 0xf4 && second > 0x8f) return 0;  // past U+10FFFF
  if (!continues(text, 2)) return 0;
  if (first < 0xf0) return 3;
  return continues(text, 3) ? 4 : 0;
}

void append_escaped(std::string& out, std::string_view text, char quote) {
  while (!text.empty()) {
    std::size_t length = utf8_sequence(text);
    if (length == 1) {
      append_ascii(out, text[0], quote);
    } else if (length == 0) {
      append_hex(out, text[0]);
    } else if (is_upper_control(text.substr(0, length))) {
      append_hex(out, text[0]);
      append_hex(out, text[1]);
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

std::string quoted(std::string_view text, std::size_t limit) {
  std::string out = "\"";
  append_escaped(out, text.substr(0, limit), '"');
  out += text.size() > limit ? "…\"" : "\"";
  return out;
}

}  // namespace eddy::detail
