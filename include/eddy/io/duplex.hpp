// SPDX-License-Identifier: MIT
//
// Two streams connected in memory, for tests and for code that talks to itself.
//
// What one end writes the other reads, with the timing, the limits and the failures of a socket but
// none of its chance: short reads and writes, refusals, errors and delays come as scripted.
#pragma once

#include <eddy/io/stream.hpp>

#include <limits>
#include <system_error>
#include <utility>
#include <vector>

namespace eddy {

/// What one call of the pretended kernel does.
struct DuplexStep {
  std::size_t at_most = std::numeric_limits<std::size_t>::max();  ///< octets; 0: not now (EAGAIN)
  std::errc error = {};                                           ///< if set, the call fails so
};

/// What the calls of one end do. When the steps are used up, the `usual` one is repeated.
struct DuplexScript {
  std::vector<DuplexStep> reads{};
  std::vector<DuplexStep> writes{};
  DuplexStep usual_read{};   ///< one of no octets blocks for good
  DuplexStep usual_write{};  ///< likewise
};

struct DuplexOptions {
  std::size_t capacity =
      64 * 1024;     ///< octets that are under way; more are refused, as by a kernel
  Duration delay{};  ///< between writing and arriving, by the loop's clock
  DuplexScript first{};
  DuplexScript second{};
};

/// Makes two connected streams.
///
/// Octets arrive in a later turn of the loop. With Loop::Options::schedule_seed the calls that no
/// script limits take less than they could, or nothing for now. A stream that is reset resets its
/// peer; writing to one that is closed fails with std::errc::broken_pipe. Thread: loop.
[[nodiscard]] EDDY_EXPORT std::pair<Stream, Stream> duplex(Loop& loop,
                                                           DuplexOptions options = {},
                                                           Site site = EDDY_HERE);

}  // namespace eddy
