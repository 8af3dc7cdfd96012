// SPDX-License-Identifier: MIT
//
// How a connection ends in order, for all services that have some.
#pragma once

#include <eddy/core/future.hpp>
#include <eddy/io/stream.hpp>

namespace eddy::detail {

/// Sends what was written, and the end of it. Then the peer may still send for `linger`, for octets
/// that meet a closed socket may destroy what is on its way to it; it is over as soon as the peer
/// has ended. That the peer has gone meanwhile is its own affair: there are no errors.
///
/// Cancel: total; the stream is left as it is.
/// Lifetime: `stream` must live until then.
Future<void> part(Loop& loop, Stream& stream, Duration linger);

}  // namespace eddy::detail
