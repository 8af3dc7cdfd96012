// SPDX-License-Identifier: MIT
#include "escape.hpp"

#include <algorithm>

namespace eddy::detail {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

unsigned octet(char c) noexcept {
  return static_cast<unsigned char>(c);
}

bool continues(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (octet(text[at]) & 0xc0) == 0x80;
}

EscapeSequence sequence_of(std::string_view text) noexcept {
  EscapeSequence out{{}, text.size()};
  std::copy(text.begin(), text.end(), out.text);
  return out;
}

/// U+0000 to U+001F, DEL, and U+0080 to U+009F, which terminals may obey as they obey ESC.
bool is_control(std::string_view sequence) noexcept {
  if (sequence.size() == 1) return octet(sequence[0]) < 0x20 || sequence[0] == 0x7f;
  return sequence.size() == 2 && octet(sequence[0]) == 0xc2 && octet(sequence[1]) < 0xa0;
}

/// The letter that follows the backslash in the short escapes; NUL if there is none.
char short_escape(std::string_view sequence) noexcept {
  switch (sequence[0]) {
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\\':
      return '\\';
  }
  return '\0';
}

EscapeSequence backslash(char letter) noexcept {
  return {{'\\', letter}, 2};
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

EscapeSequence text_escape(std::string_view sequence, bool valid, char quote) noexcept {
  if (char letter = short_escape(sequence)) return backslash(letter);
  if (quote != '\0' && sequence[0] == quote) return backslash(quote);
  if (valid && !is_control(sequence)) return sequence_of(sequence);
  EscapeSequence out{{}, 0};
  for (char c : sequence) {
    for (char part : {'\\', 'x', hex_digits[octet(c) >> 4], hex_digits[octet(c) & 15]}) {
      out.text[out.size++] = part;
    }
  }
  return out;
}

EscapeSequence json_escape(std::string_view sequence, bool valid) noexcept {
  if (!valid) return sequence_of("\\ufffd");
  if (char letter = short_escape(sequence)) return backslash(letter);
  if (sequence[0] == '"') return backslash('"');
  if (!is_control(sequence)) return sequence_of(sequence);
  unsigned code = octet(sequence.back());  // of U+0080 to U+009F the last octet is the code
  return {{'\\', 'u', '0', '0', hex_digits[code >> 4], hex_digits[code & 15]}, 6};
}

std::string quoted(std::string_view text, std::size_t limit) {
  std::string out = "\"";
  append_escaped(out, text.substr(0, limit), '"');
  out += text.size() > limit ? "…\"" : "\"";
  return out;
}

}  // namespace eddy::detail
