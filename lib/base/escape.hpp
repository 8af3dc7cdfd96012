// SPDX-License-Identifier: MIT
//
// Foreign octets made fit for one line of text.
#pragma once

#include <string>
#include <string_view>

namespace eddy::detail {

/// Appends `text` with control octets, DEL and backslashes escaped as \n, \r, \t, \\ or \xHH.
///
/// `quote`, if not NUL, is escaped too. Octets from 0x80 pass if they are valid UTF-8 that is no
/// control character; others become \xHH. The result is one line that no terminal obeys.
void append_escaped(std::string& out, std::string_view text, char quote = '\0');

/// Returns the length of the valid UTF-8 sequence that `text` starts with; 0 if there is none.
std::size_t utf8_sequence(std::string_view text) noexcept;

/// Returns `text` in double quotes, escaped, and cut after `limit` octets.
std::string quoted(std::string_view text, std::size_t limit = 80);

}  // namespace eddy::detail
