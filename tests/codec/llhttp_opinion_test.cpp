// SPDX-License-Identifier: MIT
//
// The llhttp that was linked, and RequestParser above it, on inputs that builds and versions of
// llhttp read differently.
#include "llhttp_opinion.hpp"
#include "http_reading.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http;
using namespace eddy::http::testing;
using eddy::http::detail::llhttp_accepts;

// G1: a build without LLHTTP_STRICT_MODE takes all of these.
TEST_CASE("llhttp is built in its strict mode") {
  CHECK_FALSE(llhttp_accepts("GET / HTTP/1.1\r\nHost: a\r\n\rX"));
  CHECK_FALSE(llhttp_accepts("GET / HTTP/1.1\r\nX-Abc:\rxTransfer-Encoding: chunked\r\n\r\n"));
  CHECK_FALSE(llhttp_accepts("GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK_FALSE(llhttp_accepts("GET / HTTP/1.1\r\nA : b\r\n\r\n"));
}

TEST_CASE("llhttp is shown a whole head and nothing but a head") {
  CHECK(llhttp_accepts("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(llhttp_accepts("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"));
  CHECK(llhttp_accepts("GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"));
  CHECK_FALSE(llhttp_accepts("GET / HTTP/1.1\r\nHost: a\r\n\r"));
  CHECK_FALSE(llhttp_accepts("GET / HTTP/1.1\r\nHost: a\r\n"));
  CHECK_FALSE(llhttp_accepts(""));
}

TEST_CASE("llhttp is shown POST in the place of a method that it does not know") {
  std::string head = "\r\nBREW / HTTP/1.1\r\nHost: a\r\n\r\n";

  CHECK_FALSE(llhttp_accepts(head));
  CHECK(llhttp_accepts(head, eddy::ByteView(head).substr(2, 4)));
}

namespace {

struct Example {
  const char* what;
  std::string octets;
  unsigned refusal;
};

const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";

std::string post(const std::string& fields) {
  return start + fields + "\r\n";
}

// The readings that differ between the builds and versions of llhttp, and those that all refuse.
const Example examples[] = {
    {"empty value, CR, octet, hidden field", post("A:\rxTransfer-Encoding: chunked\r\n"), 400},
    {"empty value, CR, hidden length", post("A:\rContent-Length: 5\r\n"), 400},
    {"value, CR, hidden field", post("A: b\rTransfer-Encoding: chunked\r\n"), 400},
    {"head ended by CRLF CR octet", start + "\rx", 400},
    {"head ended by CRLF CR CR LF", start + "\r\r\n", 400},
    {"head ended by LF", start + "\n", 400},
    {"head ended by CR LF LF", start + "A: b\n\n", 400},
    {"second request behind CRLF CR", start + "\rGET / HTTP/1.1\r\nHost: b\r\n\r\n", 400},
    {"trailers ended by CRLF CR octet", chunked_post("0\r\nA: b\r\n\rx"), 400},
    {"no trailers, ended by CR octet", chunked_post("0\r\n\rx"), 400},
    {"chunk size ended by CR octet", chunked_post("1\rxa\r\n0\r\n\r\n"), 400},
    {"chunk extension ended by CR octet", chunked_post("1;a\rxa\r\n0\r\n\r\n"), 400},
    {"chunk data ended by CR octet", chunked_post("1\r\na\rx0\r\n\r\n"), 400},
    {"chunk data ended by two octets", chunked_post("1\r\naxx0\r\n\r\n"), 400},
    {"chunk size ended by LF", chunked_post("1\na\r\n0\r\n\r\n"), 400},
    {"octet 0x80 in the target", "GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"octet 0xff in the query", "GET /?\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"HTAB in the target", "GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"FF in the target", "GET /\f HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"fold by SP", post("A: b\r\n c\r\n"), 400},
    {"fold by HTAB", post("A: b\r\n\tc\r\n"), 400},
    {"folded Content-Length", post("Content-Length:\r\n 5\r\n"), 400},
    {"folded Transfer-Encoding", post("Transfer-Encoding:\r\n chunked\r\n"), 400},
    {"field line that begins with SP", post(" Content-Length: 5\r\n"), 400},
    {"fold in a trailer", chunked_post("0\r\nA: b\r\n c\r\n\r\n"), 400},
    {"Content-Length in the trailers", chunked_post("0\r\nContent-Length: 5\r\n\r\n"), 0},
    {"Transfer-Encoding in the trailers", chunked_post("0\r\nTransfer-Encoding: a\r\n\r\n"), 0},
    {"extension beyond its limit", chunked_post("1;" + std::string(1024, 'a')), 400},
    {"Transfer-Encoding in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"no Host in HTTP/1.1", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two Hosts", post("Host: b\r\n"), 400},
    {"length and coding", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"coding and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
    {"two lengths, equal", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
    {"two lengths, not equal", post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
    {"signed length", post("Content-Length: +5\r\n"), 400},
    {"list of lengths", post("Content-Length: 5, 5\r\n"), 400},
    {"empty length", post("Content-Length:\r\n"), 400},
    {"length that wraps", post("Content-Length: 18446744073709551621\r\n"), 400},
    {"tab after the length", post("Content-Length: 5\t\r\n"), 400},
    {"LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"LF after a field", post("A: b\n"), 400},
    {"space before the colon", post("A : b\r\n"), 400},
    {"space inside a name", post("A B: c\r\n"), 400},
    {"NUL in a value", post("A: b" + std::string(1, '\0') + "\r\n"), 400},
    {"NUL in a name", post("A" + std::string(1, '\0') + ": b\r\n"), 400},
    {"unknown coding", post("Transfer-Encoding: foo\r\n"), 501},
    {"unknown coding, then chunked", post("Transfer-Encoding: foo, chunked\r\n"), 501},
    {"empty coding with a length", post("Transfer-Encoding:\r\nContent-Length: 4\r\n"), 400},
    {"request line without version", "POST /\r\nContent-Length: 3\r\n\r\nabc", 400},
};

}  // namespace

TEST_CASE("what llhttp reads in more than one way is read in one, whichever llhttp is linked") {
  for (const Example& example : examples) {
    CAPTURE(example.what);
    CHECK(refusal_of(example.octets) == example.refusal);
  }
}
