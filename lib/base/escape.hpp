// SPDX-License-Identifier: MIT
//
// Foreign octets made fit for one line of text, or for a JSON string.
//
// `Out` is anything with append(std::string_view): a std::string, or a log line that never
// allocates.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eddy::detail {

/// Returns the length of the valid UTF-8 sequence that `text` starts with; 0 if there is none.
std::size_t utf8_sequence(std::string_view text) noexcept;

/// A few octets that an escape needs.
struct EscapeSequence {
  char text[8];
  std::size_t size;
  operator std::string_view() const noexcept { return {text, size}; }
};

/// Returns how `sequence`, which utf8_sequence() measured (or one invalid octet), reads in text.
EscapeSequence text_escape(std::string_view sequence, bool valid, char quote) noexcept;
/// The same for a JSON string. Invalid octets become U+FFFD.
EscapeSequence json_escape(std::string_view sequence, bool valid) noexcept;

/// Returns how many octets at the start of `text` stand for themselves in any escape: printable
/// ASCII but quotes and backslashes.
inline std::size_t plain_prefix(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= ' ' && text[size] <= '~' && text[size] != '"' &&
         text[size] != '\'' && text[size] != '\\') {
    ++size;
  }
  return size;
}

template <class Out, class Escape>
void append_with(Out& out, std::string_view text, Escape escape) {
  for (;;) {
    std::size_t plain = plain_prefix(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    std::size_t length = utf8_sequence(text);
    bool valid = length != 0;
    std::string_view sequence = text.substr(0, valid ? length : 1);
    out.append(std::string_view(escape(sequence, valid)));
    text.remove_prefix(sequence.size());
  }
}

/// Appends `text` with control characters, backslashes and invalid UTF-8 escaped: \n, \r, \t, \\ or
/// \xHH.
///
/// `quote`, if not NUL, is escaped too. The result is one line that no terminal obeys.
template <class Out>
void append_escaped(Out& out, std::string_view text, char quote = '\0') {
  append_with(out, text, [quote](std::string_view sequence, bool valid) {
    return text_escape(sequence, valid, quote);
  });
}

/// Appends `text` as the inside of a JSON string.
template <class Out>
void append_json(Out& out, std::string_view text) {
  append_with(out, text, json_escape);
}

/// Returns `text` in double quotes, escaped, and cut after `limit` octets.
std::string quoted(std::string_view text, std::size_t limit = 80);

}  // namespace eddy::detail
