// SPDX-License-Identifier: MIT
// Whole texts through a Compressor or a Decompressor, in pieces of any size.
#pragma once

#include <eddy/codec/compressor.hpp>
#include <eddy/codec/decompressor.hpp>

#include <string>
#include <vector>

namespace eddy {

/// Those of the four that this build has, or those that it is without.
inline std::vector<Compression> formats_that_are(bool there) {
  std::vector<Compression> found;
  for (Compression format :
       {Compression::gzip, Compression::bzip2, Compression::xz, Compression::zstd}) {
    if (available(format) == there) found.push_back(format);
  }
  return found;
}

inline const std::vector<Compression> all_formats = formats_that_are(true);
inline const std::vector<Compression> missing_formats = formats_that_are(false);

/// How much is offered and how much room there is, a step.
struct Pieces {
  std::size_t input = 64 * 1024;
  std::size_t room = 64 * 1024;
};

/// Steps until all of `input` is consumed and nothing more waits for room.
template <class Step>
Result<std::string> all_steps(ByteView input, Pieces pieces, Step step) {
  std::string out;
  std::string room(pieces.room, '\0');
  for (bool more = false; more || !input.empty();) {
    const ByteView piece = input.substr(0, pieces.input);
    Result<CodecStep> done = step(piece, std::span<char>(room), piece.size() == input.size());
    if (!done) return std::move(done).error();
    out.append(room, 0, done->produced);
    input.remove_prefix(done->consumed);
    more = done->more;
  }
  return out;
}

inline Result<std::string> compress(Compression format,
                                    ByteView text,
                                    Pieces pieces = {},
                                    CompressOptions options = {}) {
  Result<Compressor> compressor = Compressor::make(format, options);
  if (!compressor) return std::move(compressor).error();
  auto step = [&compressor](ByteView piece, std::span<char> room, bool) {
    return compressor->step(piece, room);
  };
  auto finish = [&compressor](ByteView piece, std::span<char> room, bool) {
    return compressor->step(piece, room, CodecFlush::finish);
  };
  Result<std::string> body = all_steps(text, pieces, step);
  if (!body) return body;
  std::string room(pieces.room, '\0');
  for (bool more = true; more;) {
    Result<CodecStep> done = finish({}, std::span<char>(room), true);
    if (!done) return std::move(done).error();
    body->append(room, 0, done->produced);
    more = done->more;
  }
  return body;
}

inline Result<std::string> decompress(Compression format,
                                      ByteView data,
                                      DecompressOptions options = {},
                                      Pieces pieces = {}) {
  Result<Decompressor> decompressor = Decompressor::make(format, options);
  if (!decompressor) return std::move(decompressor).error();
  auto step = [&decompressor](ByteView piece, std::span<char> room, bool) {
    return decompressor->step(piece, room);
  };
  Result<std::string> text = all_steps(data, pieces, step);
  if (!text) return text;
  if (Result<void> whole = decompressor->finish(); !whole) return std::move(whole).error();
  return text;
}

/// Text that compresses, but not to nothing.
inline std::string prose(std::size_t size) {
  std::string text;
  for (unsigned i = 0; text.size() < size; ++i)
    text += "line " + std::to_string(i * 2654435761U) + " of something\n";
  text.resize(size);
  return text;
}

}  // namespace eddy
