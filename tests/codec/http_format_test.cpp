// SPDX-License-Identifier: MIT
//
// Numbers are those of the hostile inputs that eddy owes an answer to.
#include <eddy/codec/http_format.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http;

namespace {

constexpr eddy::ByteView date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

// The octets of a head, in exactly the room that it was promised.
std::string head_octets(const ResponseHead& head, const Delivery& delivery) {
  std::string octets(head_room(head, delivery), '?');
  char* end = write_head(octets.data(), head, delivery);
  octets.resize(static_cast<std::size_t>(end - octets.data()));
  return octets;
}

std::string octets_of(const Response& response, const Delivery& delivery = {date}) {
  return head_octets(head_of(response), delivery) + std::string(body_of(response, delivery));
}

std::string chunk_line(std::uint64_t size) {
  std::string octets(chunk_line_room, '?');
  char* end = write_chunk_line(octets.data(), size);
  octets.resize(static_cast<std::size_t>(end - octets.data()));
  return octets;
}

}  // namespace

TEST_CASE("a response is written with its date, type, fields and length") {
  CHECK(octets_of(Response::text("hello").header("X", "y")) ==
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "X: y\r\n"
        "Content-Length: 5\r\n"
        "\r\n"
        "hello");
}

TEST_CASE("an empty response says that it is empty") {
  CHECK(octets_of(Response(Status::not_found), {}) ==
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("the end of the connection is announced, and its life to HTTP/1.0") {
  Delivery closing;
  closing.close = true;
  closing.announce_keep_alive = true;
  Delivery keeping;
  keeping.announce_keep_alive = true;

  CHECK(octets_of(Response(), closing) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  CHECK(octets_of(Response(), keeping) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

// 59
TEST_CASE("an answer to HEAD has the length of its body and not the body") {
  Delivery head;
  head.head_only = true;

  CHECK(octets_of(Response::static_text("hello"), head) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\n");
}

// 59
TEST_CASE("a status that never has a body gets neither body nor length") {
  CHECK(octets_of(Response::text("x").status(Status::no_content), {}) ==
        "HTTP/1.1 204 No Content\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
  CHECK(octets_of(Response::text("x").status(Status::not_modified), {}) ==
        "HTTP/1.1 304 Not Modified\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
  CHECK(head_octets({Status::early_hints, {}, "Link: a\r\n", Framing::chunked, 0}, {}) ==
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
}

TEST_CASE("205 says that its body is empty") {
  CHECK(octets_of(Response::bytes("x", "a/b").status(Status::reset_content), {}) ==
        "HTTP/1.1 205 Reset Content\r\nContent-Type: a/b\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("a body that comes bit by bit is framed by chunks, a length or the connection's end") {
  Delivery closing;
  closing.close = true;

  CHECK(head_octets({Status::ok, {}, {}, Framing::chunked, 0}, {}) ==
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(head_octets({Status::ok, {}, {}, Framing::length, ~std::uint64_t{0}}, {}) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n");
  CHECK(head_octets({Status::ok, {}, {}, Framing::none, 0}, closing) ==
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

TEST_CASE("the room that is asked for is enough for the longest head") {
  Delivery delivery;
  delivery.date_line = date;
  delivery.announce_keep_alive = true;
  ResponseHead head{Status::ok, "A: b\r\n", "C: d\r\n", Framing::length, ~std::uint64_t{0}};

  for (unsigned code = 100; code < 600; ++code) {
    head.status = static_cast<Status>(code);
    CHECK(status_line(head.status).size() <= 64);  // of the 192 that do not depend on the response
    CHECK(head_octets(head, delivery).size() <= head_room(head, delivery));
  }
}

TEST_CASE("the line before a chunk is its size in hexadecimal") {
  CHECK(chunk_line(1) == "1\r\n");
  CHECK(chunk_line(65536) == "10000\r\n");
  CHECK(chunk_line(~std::uint64_t{0}) == "ffffffffffffffff\r\n");
}
