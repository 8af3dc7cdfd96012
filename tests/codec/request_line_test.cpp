// SPDX-License-Identifier: MIT
//
// The request line and what may stand before it. Numbers are those of the hostile inputs that eddy
// owes an answer to.
#include "http_reading.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http;
using namespace eddy::http::testing;
using namespace std::string_literals;

namespace {

// A head with this request line.
std::string line(const std::string& text) {
  return text + "\r\nHost: a\r\n\r\n";
}

std::string target(const std::string& text) {
  return line("GET " + text + " HTTP/1.1");
}

}  // namespace

// 1
TEST_CASE("a bare LF after the request line is refused") {
  CHECK(refusal_of("GET / HTTP/1.1\nHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("GET /\nHost: a\r\n\r\n") == 400);
}

// 3
TEST_CASE("a bare CR is refused in each part of the request line") {
  CHECK(refusal_of("GET\r / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\rHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\rHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("\rGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

// 7
TEST_CASE("a line that begins with a space right after the request line is refused") {
  CHECK(refusal_of("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n") == 400);
}

// 13
TEST_CASE("the parts of a request line are parted by exactly one space") {
  CHECK(refusal_of(line("GET  / HTTP/1.1")) == 400);
  CHECK(refusal_of(line("GET /  HTTP/1.1")) == 400);
  CHECK(refusal_of(line("GET\t/ HTTP/1.1")) == 400);
  CHECK(refusal_of(line("GET /\tHTTP/1.1")) == 400);
  CHECK(refusal_of(line("GET\v/ HTTP/1.1")) == 400);
  CHECK(refusal_of(line("GET /\vHTTP/1.1")) == 400);
  CHECK(refusal_of(line(" GET / HTTP/1.1")) == 400);
  CHECK(refusal_of(line("GET / HTTP/1.1 ")) == 400);
  CHECK(refusal_of(line("GET / HTTP/1.1\t")) == 400);
}

// 14
TEST_CASE("a request without a version is refused and never read as HTTP/0.9") {
  CHECK(refusal_of("GET /\r\n") == 400);
  CHECK(refusal_of("GET / \r\n") == 400);
  CHECK(refusal_of("GET /x\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody") == 400);
  CHECK(refusal_of("GET\r\n") == 400);
}

// 15
TEST_CASE("another version of HTTP, well spelled, is answered with 505") {
  CHECK(refusal_of(line("GET / HTTP/2.0")) == 505);
  CHECK(refusal_of(line("GET / HTTP/3.0")) == 505);
  CHECK(refusal_of(line("GET / HTTP/0.9")) == 505);
  CHECK(refusal_of(line("GET / HTTP/1.2")) == 505);
}

// 16
TEST_CASE("a version that is not spelled HTTP/d.d is refused") {
  CHECK(refusal_of(line("GET / HTTP/1.10")) == 400);
  CHECK(refusal_of(line("GET / HTTP/01.1")) == 400);
  CHECK(refusal_of(line("GET / http/1.1")) == 400);
  CHECK(refusal_of(line("GET / RTSP/1.0")) == 400);
  CHECK(refusal_of(line("GET / ICE/1.0")) == 400);
  CHECK(refusal_of(line("GET / HTTP/1,1")) == 400);
  CHECK(refusal_of(line("GET / HTTP/1")) == 400);
  CHECK(refusal_of(line("GET / HTTP/2")) == 400);
  CHECK(refusal_of(line("GET / HTTP/1.\xb9")) == 400);
}

// 17
TEST_CASE("controls, spaces and octets beyond ASCII are refused in a target") {
  CHECK(refusal_of(target("/\0x"s)) == 400);
  CHECK(refusal_of(target("/\x01x")) == 400);
  CHECK(refusal_of(target("/a b")) == 400);
  CHECK(refusal_of(target("/a\rb")) == 400);
  CHECK(refusal_of(target("/a\nb")) == 400);
  CHECK(refusal_of(target("/\x7f")) == 400);
  CHECK(refusal_of(target("/\x80")) == 400);
  CHECK(refusal_of(target("/?a=\xff")) == 400);
}

TEST_CASE("octets at which readers of a target disagree are refused") {
  CHECK(refusal_of(target("/a#fragment")) == 400);
  CHECK(refusal_of(target("/a?b#fragment")) == 400);
  CHECK(refusal_of(target("/a\\b")) == 400);
  CHECK(refusal_of(target("/\"a\"")) == 400);
  CHECK(refusal_of(target("/<a>")) == 400);
}

TEST_CASE("what browsers leave unescaped in a target is taken") {
  CHECK(request_in(target("/[a]{b}|^`?x[]={|}")).query == "x[]={|}");
}

// 18
TEST_CASE("a target that is neither a path nor absolute is refused") {
  CHECK(refusal_of(target("path")) == 400);
  CHECK(refusal_of(target("?a=b")) == 400);
  CHECK(refusal_of(target("")) == 400);
  CHECK(refusal_of(target("*")) == 400);
  CHECK(refusal_of(target("a:80")) == 400);
  CHECK(refusal_of(target("ftp://a/")) == 400);
  CHECK(refusal_of(target("http:/a/")) == 400);
  CHECK(refusal_of(target("://a/")) == 400);
}

TEST_CASE("an asterisk is a target of OPTIONS") {
  CHECK(request_in(line("OPTIONS * HTTP/1.1")).path == "*");
  CHECK(refusal_of(line("OPTIONS *x HTTP/1.1")) == 400);
}

// 19
TEST_CASE("the authority of an absolute target wins over Host") {
  OwnedRequest request = request_in(target("http://other:81/x?y"));

  CHECK(request.authority == "other:81");
  CHECK(request.path == "/x");
  CHECK(request.query == "y");
}

TEST_CASE("an absolute target without a path means the root") {
  CHECK(request_in(target("http://b")).path == "/");
  CHECK(request_in(target("HTTPS://b?q")).path == "/");
  CHECK(request_in(target("https://b?q")).query == "q");
}

TEST_CASE("an absolute target with user information or a bad host is refused") {
  CHECK(refusal_of(target("http://user@b/")) == 400);
  CHECK(refusal_of(target("http:///")) == 400);
  CHECK(refusal_of(target("http://")) == 400);
  CHECK(refusal_of(target("http://b:x/")) == 400);
  CHECK(refusal_of(target("http://[::1/")) == 400);
}

TEST_CASE("an absolute target does not replace the Host that 1.1 demands") {
  CHECK(refusal_of("GET http://b/ HTTP/1.1\r\n\r\n") == 400);
}

// 20
TEST_CASE("CONNECT is refused, so that nothing behind it is read") {
  CHECK(refusal_of("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\nGET / HTTP/1.1\r\n\r\n") == 501);
  CHECK(refusal_of(line("CONNECT / HTTP/1.1")) == 501);
}

// 21
TEST_CASE("TRACE is read like any request and its refusal is left to the server") {
  CHECK(request_in(line("TRACE / HTTP/1.1")).method == "TRACE");
}

// 22
TEST_CASE("a method that nobody knows keeps its name and its body is framed") {
  auto requests = requests_in(
      "get / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n"
      "DESCRIBE / HTTP/1.1\r\nHost: a\r\n\r\n");

  REQUIRE(requests.size() == 3);
  CHECK(requests[0].method == "get");
  CHECK(requests[0].body == "abc");
  CHECK(requests[1].method == "BREW");
  CHECK(requests[2].method == "DESCRIBE");
}

// 24
TEST_CASE("another protocol is refused at its first wrong octet, without waiting for a line end") {
  CHECK(refusal_of("\x16\x03\x01") == 400);
  CHECK(refusal_of("\x80") == 400);
  CHECK(refusal_of("\0"s) == 400);
  CHECK(refusal_of("{\"json\"") == 400);
  CHECK(refusal_of("SSH-2.0-OpenSSH_9.2\r\n") == 400);
  CHECK(refusal_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 400);
}

// 24; found by fuzzing: llhttp waits for the rest of the preface behind such a head.
TEST_CASE("the method of the HTTP/2 preface is refused with any target and version") {
  CHECK(refusal_of(line("PRI / HTTP/1.0")) == 400);
  CHECK(refusal_of(line("PRI * HTTP/1.1")) == 400);
  CHECK(request_in(line("PRIX / HTTP/1.1")).method == "PRIX");
}

// 29
TEST_CASE("a request line beyond its limit is answered with 414") {
  CHECK(read_whole(target("/" + std::string(128 * 1024, 'a'))).refusal == 414);
  CHECK(read_in_octets("GET /" + std::string(2 * 1024 * 1024, 'a')).refusal == 414);
  CHECK(read_whole(std::string(16 * 1024 * 1024, 'A')).refusal == 414);
}

TEST_CASE("a request line of exactly its limit is taken and one octet more is not") {
  Limits limits;
  limits.max_request_line = 20;

  CHECK(requests_in(line("GET /234567 HTTP/1.1"), limits).size() == 1);
  CHECK(refusal_of(line("GET /2345678 HTTP/1.1"), limits) == 414);
  CHECK(refusal_of(std::string(30, 'A'), limits) == 414);
}

// 30
TEST_CASE("one line end before a request is taken and a second is refused") {
  CHECK(requests_in("\r\n" + get_with("")).size() == 1);
  CHECK(refusal_of("\r\n\r\n" + get_with("")) == 400);
  CHECK(refusal_of("\n" + get_with("")) == 400);
}

TEST_CASE("line ends without a request cost a refusal, not memory") {
  std::string ends;
  ends.resize(4096 * 2);
  for (std::size_t i = 0; i < ends.size(); ++i)
    ends[i] = i % 2 == 0 ? '\r' : '\n';

  CHECK(read_whole(ends).refusal == 400);
  CHECK(read_in_octets(ends).refusal == 400);
}
