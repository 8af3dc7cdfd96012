// SPDX-License-Identifier: MIT
#include <eddy/codec/http_status.hpp>

#include <algorithm>
#include <array>

namespace eddy::http {

namespace {

constexpr std::size_t phrase_offset = 13;  // "HTTP/1.1 404 "
constexpr unsigned first_code = 100;
constexpr unsigned codes = 500;

constexpr ByteView registered[] = {
    "HTTP/1.1 100 Continue\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n",
    "HTTP/1.1 103 Early Hints\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 201 Created\r\n",
    "HTTP/1.1 202 Accepted\r\n",
    "HTTP/1.1 203 Non-Authoritative Information\r\n",
    "HTTP/1.1 204 No Content\r\n",
    "HTTP/1.1 205 Reset Content\r\n",
    "HTTP/1.1 206 Partial Content\r\n",
    "HTTP/1.1 300 Multiple Choices\r\n",
    "HTTP/1.1 301 Moved Permanently\r\n",
    "HTTP/1.1 302 Found\r\n",
    "HTTP/1.1 303 See Other\r\n",
    "HTTP/1.1 304 Not Modified\r\n",
    "HTTP/1.1 307 Temporary Redirect\r\n",
    "HTTP/1.1 308 Permanent Redirect\r\n",
    "HTTP/1.1 400 Bad Request\r\n",
    "HTTP/1.1 401 Unauthorized\r\n",
    "HTTP/1.1 402 Payment Required\r\n",
    "HTTP/1.1 403 Forbidden\r\n",
    "HTTP/1.1 404 Not Found\r\n",
    "HTTP/1.1 405 Method Not Allowed\r\n",
    "HTTP/1.1 406 Not Acceptable\r\n",
    "HTTP/1.1 407 Proxy Authentication Required\r\n",
    "HTTP/1.1 408 Request Timeout\r\n",
    "HTTP/1.1 409 Conflict\r\n",
    "HTTP/1.1 410 Gone\r\n",
    "HTTP/1.1 411 Length Required\r\n",
    "HTTP/1.1 412 Precondition Failed\r\n",
    "HTTP/1.1 413 Content Too Large\r\n",
    "HTTP/1.1 414 URI Too Long\r\n",
    "HTTP/1.1 415 Unsupported Media Type\r\n",
    "HTTP/1.1 416 Range Not Satisfiable\r\n",
    "HTTP/1.1 417 Expectation Failed\r\n",
    "HTTP/1.1 421 Misdirected Request\r\n",
    "HTTP/1.1 422 Unprocessable Content\r\n",
    "HTTP/1.1 423 Locked\r\n",
    "HTTP/1.1 424 Failed Dependency\r\n",
    "HTTP/1.1 425 Too Early\r\n",
    "HTTP/1.1 426 Upgrade Required\r\n",
    "HTTP/1.1 428 Precondition Required\r\n",
    "HTTP/1.1 429 Too Many Requests\r\n",
    "HTTP/1.1 431 Request Header Fields Too Large\r\n",
    "HTTP/1.1 451 Unavailable For Legal Reasons\r\n",
    "HTTP/1.1 500 Internal Server Error\r\n",
    "HTTP/1.1 501 Not Implemented\r\n",
    "HTTP/1.1 502 Bad Gateway\r\n",
    "HTTP/1.1 503 Service Unavailable\r\n",
    "HTTP/1.1 504 Gateway Timeout\r\n",
    "HTTP/1.1 505 HTTP Version Not Supported\r\n",
    "HTTP/1.1 507 Insufficient Storage\r\n",
    "HTTP/1.1 511 Network Authentication Required\r\n",
};

constexpr unsigned digit(char octet) {
  return static_cast<unsigned>(octet - '0');
}

// One line for each code, so that finding it is an index.
struct Lines {
  static constexpr std::size_t bare_size = phrase_offset + 2;
  std::array<char, codes * bare_size> bare{};  // "HTTP/1.1 299 \r\n", for codes without a phrase
  std::array<std::uint8_t, codes> known{};     // 1 + place in `registered`, or 0

  constexpr Lines() {
    for (unsigned i = 0; i < codes; ++i) {
      unsigned code = first_code + i;
      char* at = bare.data() + i * bare_size;
      std::copy_n("HTTP/1.1 ", 9, at);
      at[9] = static_cast<char>('0' + code / 100);
      at[10] = static_cast<char>('0' + code / 10 % 10);
      at[11] = static_cast<char>('0' + code % 10);
      std::copy_n(" \r\n", 3, at + 12);
    }
    std::uint8_t place = 0;
    for (ByteView line : registered) {
      known[digit(line[9]) * 100 + digit(line[10]) * 10 + digit(line[11]) - first_code] = ++place;
    }
  }
};
constexpr Lines lines;

}  // namespace

ByteView status_line(Status status) noexcept {
  unsigned index = code_of(status) - first_code;
  EDDY_ASSERT(index < codes, "a status lies between 100 and 599");
  if (lines.known[index] != 0) return registered[lines.known[index] - 1];
  return {lines.bare.data() + index * Lines::bare_size, Lines::bare_size};
}

ByteView reason_of(Status status) noexcept {
  ByteView line = status_line(status);
  return line.substr(phrase_offset, line.size() - phrase_offset - 2);
}

}  // namespace eddy::http
