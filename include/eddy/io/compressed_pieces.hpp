// SPDX-License-Identifier: MIT
//
// Compresses and decompresses octets that come in pieces, from wherever they come.
//
// The work is done in the threads of the loop's files, in steps that give 64 KiB at most: a loop
// must not wait for it, and bzip2 sorts 900 KB at once. The next step begins when the reader asks
// for it, so that nothing piles up. For files there are FileReaderOptions::decompress and
// FileWriterOptions::compress.
#pragma once

#include <eddy/codec/compressor.hpp>
#include <eddy/codec/decompressor.hpp>
#include <eddy/core/async_iterator.hpp>

#include <string>

namespace eddy {

class Loop;

/// What `pieces` were made of.
///
/// Errors: those of Decompressor and of `pieces`, after all that stands before; Errc::overloaded at
/// FileThreads's limit. Cancel: as AsyncIterator; nothing is lost that next() has not resolved to.
/// Lifetime: the iterator ends with its loop.
[[nodiscard]] EDDY_EXPORT AsyncIterator<std::string> decompressed(Loop& loop,
                                                                  AsyncIterator<std::string> pieces,
                                                                  Compression format,
                                                                  DecompressOptions options = {});

/// `pieces` made fewer, with the end of the data at their end.
///
/// @param each  what is kept back of a piece: with CodecFlush::all nothing, so that a peer who
/// waits
///              for an answer gets it, for some octets more.
/// Errors: those of Compressor and of `pieces`, and then the data has no end; Errc::overloaded at
/// FileThreads's limit. Cancel, Lifetime: as decompressed().
[[nodiscard]] EDDY_EXPORT AsyncIterator<std::string> compressed(Loop& loop,
                                                                AsyncIterator<std::string> pieces,
                                                                Compression format,
                                                                CompressOptions options = {},
                                                                CodecFlush each = CodecFlush::none);

}  // namespace eddy
