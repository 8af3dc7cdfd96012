// SPDX-License-Identifier: MIT
//
// What the kernel knows about a TCP connection.
#pragma once

#include <eddy/base/clock.hpp>

namespace eddy {

/// How a connection does, as its own end sees it.
struct TcpInfo {
  Duration round_trip{};        ///< to the peer and back, smoothed
  Duration variation{};         ///< of that
  Duration silence{};           ///< since octets last came
  unsigned segment = 0;         ///< octets of the largest segment that is sent
  unsigned window = 0;          ///< segments that may be on their way
  unsigned unacknowledged = 0;  ///< segments that are
  unsigned retransmitted = 0;   ///< segments that were sent again, in all
};

}  // namespace eddy
