// SPDX-License-Identifier: MIT
#include "message_writer.hpp"

#include <array>
#include <cstring>
#include <string>

namespace eddy::http::detail {

namespace {
// Copying so much into the cork is cheaper than a second piece for the kernel.
constexpr std::size_t max_joined = 8 * 1024;
}  // namespace

void write_message(Stream& stream,
                   const ResponseHead& head,
                   const Delivery& delivery,
                   ByteView body) {
  const std::size_t room = head_room(head, delivery);
  const std::size_t joined = body.size() <= max_joined ? body.size() : 0;
  if (room + joined > Stream::cork_size) {  // somebody sends very long fields
    std::string text(room, '\0');
    char* end = http::write_head(text.data(), head, delivery);
    stream.write(ByteView(text.data(), static_cast<std::size_t>(end - text.data())));
    return stream.write(body);
  }
  const std::span<char> space = stream.writable(room + joined);
  if (space.empty()) return;  // nobody is there any more; the stream tells its sink
  char* end = http::write_head(space.data(), head, delivery);
  if (joined != 0) std::memcpy(end, body.data(), joined);
  stream.wrote(static_cast<std::size_t>(end - space.data()) + joined);
  if (joined != body.size()) stream.write(body);
}

void write_chunk(Stream& stream, ByteView data) {
  std::array<char, chunk_line_room> line;
  char* end = write_chunk_line(line.data(), data.size());
  stream.write(ByteView(line.data(), static_cast<std::size_t>(end - line.data())));
  stream.write(data);
  stream.write(chunk_end);
}

void write_last_chunk(Stream& stream, ByteView trailers) {
  if (trailers.empty()) return stream.write(last_chunk);
  stream.write("0\r\n");
  stream.write(trailers);
  stream.write("\r\n");
}

}  // namespace eddy::http::detail
