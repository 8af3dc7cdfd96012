// SPDX-License-Identifier: MIT
//
// Puts whole responses and the parts of streamed ones into a stream.
//
// Private to net.
#pragma once

#include <eddy/codec/http_format.hpp>
#include <eddy/io/stream.hpp>

namespace eddy::http::detail {

/// Writes a head, and `body` behind it; a small body is put into the same piece of the cork.
void write_message(Stream& stream,
                   const ResponseHead& head,
                   const Delivery& delivery,
                   ByteView body);

/// Writes a head whose body comes later.
inline void write_head(Stream& stream, const ResponseHead& head, const Delivery& delivery) {
  write_message(stream, head, delivery, {});
}

/// Writes one chunk with its framing. `data` is not empty.
void write_chunk(Stream& stream, ByteView data);

/// Writes the end of a chunked body with its trailers, which are whole lines or empty.
void write_last_chunk(Stream& stream, ByteView trailers);

}  // namespace eddy::http::detail
