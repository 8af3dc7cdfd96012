// SPDX-License-Identifier: MIT
#include <eddy/codec/http_format.hpp>

#include "put.hpp"

#include <charconv>

namespace eddy::http {

using detail::put;

namespace {

constexpr ByteView length_name = "Content-Length: ";
constexpr ByteView chunked_line = "Transfer-Encoding: chunked\r\n";
constexpr ByteView close_line = "Connection: close\r\n";
constexpr ByteView keep_alive_line = "Connection: keep-alive\r\n";
constexpr std::size_t number_room = 20;  // of 64 bits

char* put_length(char* at, std::uint64_t length) noexcept {
  at = put(at, length_name);
  at = std::to_chars(at, at + number_room, length).ptr;
  return put(at, "\r\n");
}

char* put_framing(char* at, const ResponseHead& head) noexcept {
  if (bodiless(head.status)) return at;
  if (head.status == Status::reset_content) return put_length(at, 0);
  switch (head.framing) {
    case Framing::none:
      return at;
    case Framing::length:
      return put_length(at, head.content_length);
    case Framing::chunked:
      return put(at, chunked_line);
  }
  return at;
}

}  // namespace

char* write_head(char* at, const ResponseHead& head, const Delivery& delivery) noexcept {
  EDDY_ASSERT(head.framing != Framing::none || delivery.close || bodiless(head.status),
              "a body without framing ends with the connection");
  at = put(at, status_line(head.status));
  if (!delivery.date_line.empty()) at = put(at, delivery.date_line);
  if (!head.content_type_line.empty()) at = put(at, head.content_type_line);
  if (!head.lines.empty()) at = put(at, head.lines);
  at = put_framing(at, head);
  if (delivery.close) {
    at = put(at, close_line);
  } else if (delivery.announce_keep_alive) {
    at = put(at, keep_alive_line);
  }
  return put(at, "\r\n");
}

char* write_chunk_line(char* at, std::uint64_t size) noexcept {
  EDDY_ASSERT(size != 0, "a chunk of no octets would end the body");
  at = std::to_chars(at, at + chunk_line_room - 2, size, 16).ptr;
  return put(at, "\r\n");
}

}  // namespace eddy::http
