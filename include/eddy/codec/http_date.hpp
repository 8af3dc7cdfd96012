// SPDX-License-Identifier: MIT
//
// Dates as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
#pragma once

#include <eddy/base/bytes.hpp>
#include <eddy/base/clock.hpp>

#include <array>
#include <cstddef>

namespace eddy::http {

inline constexpr std::size_t date_size = 29;

/// Writes `date_size` octets to `at` and gives the octet behind them. Years 0 to 9999.
EDDY_EXPORT char* write_date(WallTime time, char* at) noexcept;

/// The line "Date: ...\r\n", written anew only when the second has changed.
///
/// Thread: one at a time.
class EDDY_EXPORT DateLine {
 public:
  /// Lifetime: the view is overwritten by the next call.
  ByteView at(WallTime time) noexcept;

 private:
  std::chrono::sys_seconds second_ = std::chrono::sys_seconds::min();
  std::array<char, date_size + 8> line_{};  // and "Date: " and CRLF
};

}  // namespace eddy::http
