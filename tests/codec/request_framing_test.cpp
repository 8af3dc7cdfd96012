// SPDX-License-Identifier: MIT
//
// What a head says about its body and about the connection. Numbers are those of the hostile inputs
// that eddy owes an answer to.
#include "http_reading.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http;
using namespace eddy::http::testing;
using namespace std::string_literals;

namespace {

unsigned refusal_of_fields(const std::string& fields) {
  return refusal_of(get_with(fields));
}

unsigned refusal_of_length(const std::string& text) {
  return refusal_of(get_with("Content-Length: " + text + "\r\n"));
}

unsigned refusal_of_coding(const std::string& text) {
  return refusal_of(get_with("Transfer-Encoding: " + text + "\r\n"));
}

std::string old(const std::string& fields) {
  return "GET / HTTP/1.0\r\n" + fields + "\r\n";
}

}  // namespace

// 34
TEST_CASE("Content-Length and Transfer-Encoding together are refused in either order") {
  CHECK(refusal_of_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(refusal_of_fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") == 400);
  CHECK(refusal_of_fields("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n") == 400);
}

// 35
TEST_CASE("a second Content-Length is refused, equal or not, and so is a list") {
  CHECK(refusal_of_fields("Content-Length: 5\r\nContent-Length: 6\r\n") == 400);
  CHECK(refusal_of_fields("Content-Length: 5\r\ncontent-length: 5\r\n") == 400);
  CHECK(refusal_of_length("5, 5") == 400);
}

// 36
TEST_CASE("a Content-Length is digits and nothing else") {
  CHECK(refusal_of_length("+5") == 400);
  CHECK(refusal_of_length("-1") == 400);
  CHECK(refusal_of_length("0x5") == 400);
  CHECK(refusal_of_length("5 5") == 400);
  CHECK(refusal_of_length("5,5") == 400);
  CHECK(refusal_of_length("") == 400);
  CHECK(refusal_of_length("5.") == 400);
  CHECK(refusal_of_length("5a") == 400);
  CHECK(refusal_of_length("\xd9\xa5") == 400);
  CHECK(refusal_of_length("\v5") == 400);
  CHECK(refusal_of_length("5\0"s) == 400);
  CHECK(refusal_of_length("5\t") == 400);
}

TEST_CASE("a Content-Length with zeros or spaces round it is taken") {
  CHECK(request_in(get_with("Content-Length: 003  \r\n") + "abc").body == "abc");
  CHECK(request_in(get_with("Content-Length:\t0\r\n")).complete);
}

// 37
TEST_CASE("a Content-Length that no counter should hold is refused at once") {
  CHECK(refusal_of_length("9007199254740993") == 400);
  CHECK(refusal_of_length("9223372036854775808") == 400);
  CHECK(refusal_of_length("18446744073709551615") == 400);
  CHECK(refusal_of_length("18446744073709551621") == 400);
  CHECK(refusal_of_length(std::string(400, '9')) == 400);
}

// 38
TEST_CASE("a body that is declared beyond its limit is refused before it is read") {
  CHECK(refusal_of_length("9007199254740992") == 413);
  CHECK(refusal_of_length("1048577") == 413);
  CHECK(refusal_of_length("1048576") == 0);
}

// 27
TEST_CASE("a megabyte of zeros is no Content-Length") {
  CHECK(read_whole(get_with("Content-Length: " + std::string(1024 * 1024, '0') + "\r\n")).refusal ==
        431);
}

// 39
TEST_CASE("a coding that is not known is answered with 501") {
  CHECK(refusal_of_coding("gzip") == 501);
  CHECK(refusal_of_coding("identity") == 501);
  CHECK(refusal_of_coding("gzip, chunked") == 501);
  CHECK(refusal_of_coding("foo;a=b, chunked") == 501);
  CHECK(refusal_of_coding("xchunked") == 501);
}

// 39
TEST_CASE("a Transfer-Encoding that is not well formed is refused") {
  CHECK(refusal_of_coding("chunked, gzip") == 400);
  CHECK(refusal_of_coding("chunked;a=b") == 400);
  CHECK(refusal_of_coding("chunked,") == 400);
  CHECK(refusal_of_coding(",chunked") == 400);
  CHECK(refusal_of_coding("gzip,,chunked") == 400);
  CHECK(refusal_of_coding("\"chunked\"") == 400);
  CHECK(refusal_of_coding("chun ked") == 400);
  CHECK(refusal_of_coding("\vchunked") == 400);
  CHECK(refusal_of_coding("chunked\t") == 400);
}

// 40
TEST_CASE("chunked twice is refused, in one line or in two") {
  CHECK(refusal_of_coding("chunked, chunked") == 400);
  CHECK(refusal_of_coding("chunked\r\nTransfer-Encoding: chunked") == 400);
  CHECK(refusal_of_coding("identity\r\nTransfer-Encoding: chunked") == 400);
}

// 41
TEST_CASE("an empty Transfer-Encoding is refused with and without Content-Length") {
  CHECK(refusal_of_coding("") == 400);
  CHECK(refusal_of_fields("Transfer-Encoding:\r\nContent-Length: 4\r\n") == 400);
}

// 42
TEST_CASE("Transfer-Encoding in HTTP/1.0 is refused") {
  CHECK(refusal_of(old("Transfer-Encoding: chunked\r\n")) == 400);
  CHECK(refusal_of(old("Transfer-Encoding: gzip\r\nConnection: keep-alive\r\n")) == 400);
}

TEST_CASE("chunked is known in any case") {
  CHECK(request_in(get_with("transfer-encoding: CHUNKED\r\n") + "0\r\n\r\n").complete);
}

// 51
TEST_CASE("a body that is itself a request is one request's body with any method") {
  std::string inner = get_with("");
  std::string length = std::to_string(inner.size());
  auto body = [&](const std::string& method) {
    return request_in(method + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n" +
                      inner)
        .body;
  };

  CHECK(body("GET /") == inner);
  CHECK(body("HEAD /") == inner);
  CHECK(body("DELETE /") == inner);
  CHECK(body("OPTIONS *") == inner);
}

// 55
TEST_CASE("requests behind an offer to upgrade are read as requests") {
  auto requests = requests_in(get_with("Connection: upgrade\r\nUpgrade: foo/2\r\n") + get_with(""));

  REQUIRE(requests.size() == 2);
  CHECK(requests[0].upgrade == "foo/2");
  CHECK(requests[1].upgrade.empty());
}

TEST_CASE("an upgrade counts only if Connection names it, and only in HTTP/1.1") {
  CHECK(request_in(get_with("Upgrade: foo\r\n")).upgrade.empty());
  CHECK(request_in(old("Connection: upgrade\r\nUpgrade: foo\r\n")).upgrade.empty());
  CHECK(request_in(get_with("Connection: a, Upgrade\r\nUpgrade: foo, b\r\n")).upgrade == "foo, b");
}

// 56
TEST_CASE("Upgrade with any Transfer-Encoding is refused") {
  CHECK(refusal_of_fields(
            "Connection: upgrade\r\nUpgrade: foo\r\nTransfer-Encoding: identity\r\n") == 400);
  CHECK(refusal_of_fields("Upgrade: foo\r\nTransfer-Encoding: chunked\r\n") == 400);
}

// 57
TEST_CASE("a client that waits for leave to send its body is known") {
  CHECK(
      request_in(get_with("Expect: 100-Continue\r\nContent-Length: 1\r\n") + "a").expect_continue);
  CHECK_FALSE(request_in(get_with("Expect: 100-continue\r\n")).expect_continue);
  CHECK_FALSE(
      request_in(get_with("Expect: 100-continue\r\nContent-Length: 0\r\n")).expect_continue);
}

// 58
TEST_CASE("an expectation is passed over in HTTP/1.0, and if it is unknown") {
  CHECK_FALSE(
      request_in(old("Expect: 100-continue\r\nContent-Length: 1\r\n") + "a").expect_continue);
  CHECK_FALSE(request_in(get_with("Expect: more\r\nContent-Length: 1\r\n") + "a").expect_continue);
}

TEST_CASE("HTTP/1.1 keeps the connection unless an option of any line says close") {
  auto keeps = [](const std::string& fields) {
    return request_in(get_with(fields)).keep_alive;
  };

  CHECK(keeps(""));
  CHECK(keeps("Connection: closed\r\n"));
  CHECK(keeps("X-Connection: close\r\n"));
  CHECK_FALSE(keeps("Connection: close\r\n"));
  CHECK_FALSE(keeps("Connection: CLOSE\t\r\n"));
  CHECK_FALSE(keeps("Connection:\tclose\r\n"));
  CHECK_FALSE(keeps("Connection: keep-alive\t,\tclose\r\n"));
  CHECK_FALSE(keeps("Connection: a,,close ,b\r\n"));
  CHECK_FALSE(keeps("Connection: a\r\nConnection: close\r\n"));
  CHECK_FALSE(keeps("Connection: close, keep-alive\r\n"));
}

TEST_CASE("HTTP/1.0 closes the connection unless it is asked to keep it") {
  CHECK_FALSE(request_in(old("")).keep_alive);
  CHECK(request_in(old("Connection: Keep-Alive\r\n")).keep_alive);
  CHECK_FALSE(request_in(old("Connection: keep-alive, close\r\n")).keep_alive);
}
