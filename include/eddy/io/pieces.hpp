// SPDX-License-Identifier: MIT
//
// Octets in pieces, as they come: those of a stream, and the lines that stand in any.
//
//     auto log = eddy::lines(eddy::decompressed(loop, eddy::pieces(peer),
//     eddy::Compression::gzip));
//
// A FileReader gives its lines itself, and Stream::read_line() is the way to a single one. For
// compressed pieces see io/compressed_pieces.hpp.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/io/stream.hpp>

#include <cstddef>
#include <string>

namespace eddy {

/// What `stream` receives up to its end, at most `max` octets at a time.
///
/// Errors: those of Stream::read(). Cancel: as AsyncIterator; a piece stays with the stream until
/// next() has resolved to it.
/// Lifetime: `stream` outlives the iterator, which closes nothing.
[[nodiscard]] EDDY_EXPORT AsyncIterator<std::string> pieces(Stream& stream,
                                                            std::size_t max = 64 * 1024);

/// The lines that stand in `pieces`, however these are cut, without their "\n" or "\r\n"; the last
/// one may lack it.
///
/// Errors: Errc::too_large if a line is longer than `limit`; those of `pieces`, after the lines
/// that came whole. Cancel: as AsyncIterator; nothing is lost of a line that next() has not
/// resolved to.
[[nodiscard]] EDDY_EXPORT AsyncIterator<std::string> lines(AsyncIterator<std::string> pieces,
                                                           std::size_t limit = 64 * 1024);

}  // namespace eddy
