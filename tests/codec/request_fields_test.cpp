// SPDX-License-Identifier: MIT
//
// The fields of a head. Numbers are those of the hostile inputs that eddy owes an answer to.
#include "http_reading.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http;
using namespace eddy::http::testing;
using namespace std::string_literals;

namespace {

// The status that a request with this one more field line is refused with.
unsigned refusal_of_field(const std::string& line) {
  return refusal_of(get_with(line + "\r\n"));
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i)
    result += text;
  return result;
}

}  // namespace

// 2
TEST_CASE("a bare LF is refused between fields and as the blank line") {
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\n\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\n\r\n") == 400);
}

// 3
TEST_CASE("a bare CR is refused anywhere in a field") {
  CHECK(refusal_of_field("X\r: a") == 400);
  CHECK(refusal_of_field("X:\ra") == 400);
  CHECK(refusal_of_field("X: a\rb") == 400);
  CHECK(refusal_of_field("X: a\r") == 400);
  CHECK(refusal_of_field("\rX: a") == 400);
}

// 4
TEST_CASE("a CR that no LF follows does not end the fields") {
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\n\rX") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\nHost: a\r\n\rGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

// 5
TEST_CASE("a field behind a CR never takes effect") {
  CHECK(refusal_of_field("X:\rTransfer-Encoding: chunked") == 400);
  CHECK(refusal_of_field("X-Abc:\rxTransfer-Encoding: chunked") == 400);
}

// 6
TEST_CASE("a folded line is refused in any field") {
  CHECK(refusal_of_field("X: a\r\n b") == 400);
  CHECK(refusal_of_field("X: a\r\n\tb") == 400);
  CHECK(refusal_of_field("Content-Length:\r\n 5") == 400);
  CHECK(refusal_of_field("Transfer-Encoding:\r\n chunked") == 400);
  CHECK(refusal_of_field("X: a\r\n \r\nY: b") == 400);
}

// 8
TEST_CASE("white space before the colon is refused") {
  CHECK(refusal_of_field("X : a") == 400);
  CHECK(refusal_of_field("X\t: a") == 400);
  CHECK(refusal_of_field("Content-Length : 5") == 400);
}

// 9
TEST_CASE("a line without a name or without a colon is refused") {
  CHECK(refusal_of_field(": a") == 400);
  CHECK(refusal_of_field(":") == 400);
  CHECK(refusal_of_field("X") == 400);
  CHECK(refusal_of_field("Content-Length 5") == 400);
}

// 10
TEST_CASE("an octet that is not of a token is refused in a name") {
  CHECK(refusal_of_field("X\"Y: a") == 400);
  CHECK(refusal_of_field("X(Y: a") == 400);
  CHECK(refusal_of_field("X)Y: a") == 400);
  CHECK(refusal_of_field("X,Y: a") == 400);
  CHECK(refusal_of_field("X/Y: a") == 400);
  CHECK(refusal_of_field("X;Y: a") == 400);
  CHECK(refusal_of_field("X<Y: a") == 400);
  CHECK(refusal_of_field("X=Y: a") == 400);
  CHECK(refusal_of_field("X>Y: a") == 400);
  CHECK(refusal_of_field("X?Y: a") == 400);
  CHECK(refusal_of_field("X@Y: a") == 400);
  CHECK(refusal_of_field("X[Y: a") == 400);
  CHECK(refusal_of_field("X\\Y: a") == 400);
  CHECK(refusal_of_field("X]Y: a") == 400);
  CHECK(refusal_of_field("X{Y: a") == 400);
  CHECK(refusal_of_field("X}Y: a") == 400);
  CHECK(refusal_of_field("X Y: a") == 400);
  CHECK(refusal_of_field("X\x80Y: a") == 400);
  CHECK(refusal_of_field("X\0Y: a"s) == 400);
  CHECK(refusal_of_field("X\x7fY: a") == 400);
}

TEST_CASE("every octet of a token is taken in a name") {
  CHECK(request_in(get_with("!#$%&'*+-.^_`|~09azAZ: v\r\n")).fields.back().second == "v");
}

// 11
TEST_CASE("a NUL or another control is refused in a value") {
  CHECK(refusal_of_field("X: a\0b"s) == 400);
  CHECK(refusal_of_field("X: a\x01b") == 400);
  CHECK(refusal_of_field("X: a\vb") == 400);
  CHECK(refusal_of_field("X: a\x1f") == 400);
  CHECK(refusal_of_field("X: a\x7f") == 400);
  CHECK(refusal_of_field("X: 0123456789abcdef0123456789ab\x1b") == 400);
}

// 12
TEST_CASE("octets beyond ASCII in a value are kept as they are") {
  OwnedRequest request = request_in(get_with("X: \xff\xc3(\x80\r\n"));

  CHECK(request.fields.back().second == "\xff\xc3(\x80");
}

TEST_CASE("white space round a value is not part of it and inside it is") {
  CHECK(request_in(get_with("X: \t a b\tc \t\r\n")).fields.back().second == "a b\tc");
  CHECK(request_in(get_with("X:a\r\n")).fields.back().second == "a");
  CHECK(request_in(get_with("X:\r\n")).fields.back().second.empty());
  CHECK(request_in(get_with("X: \t \r\n")).fields.back().second.empty());
}

// 23
TEST_CASE("a request of HTTP/1.1 has exactly one Host") {
  CHECK(refusal_of("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refusal_of_field("Host: b") == 400);
  CHECK(refusal_of_field("hOST: a") == 400);
  CHECK(requests_in("GET / HTTP/1.0\r\n\r\n").size() == 1);
  CHECK(refusal_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
}

// 23
TEST_CASE("a Host that is not a host with a port is refused") {
  auto refusal = [](const std::string& host) {
    return refusal_of("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };

  CHECK(refusal("") == 400);
  CHECK(refusal("a b") == 400);
  CHECK(refusal("a, b") == 400);
  CHECK(refusal("[::1") == 400);
  CHECK(refusal("[::1]x") == 400);
  CHECK(refusal("[fe80::1%eth0]") == 400);
  CHECK(refusal("::1") == 400);
  CHECK(refusal("[1.2.3.4]") == 400);
  CHECK(refusal("a:b") == 400);
  CHECK(refusal("a:-1") == 400);
  CHECK(refusal("a:65536") == 400);
  CHECK(refusal("a:080000") == 400);
  CHECK(refusal(":80") == 400);
  CHECK(refusal("user@a") == 400);
  CHECK(refusal("a/b") == 400);
  CHECK(refusal("a%2") == 400);
  CHECK(refusal("a%zz") == 400);
  CHECK(refusal("\xc3\xa4") == 400);
  CHECK(refusal(std::string(256, 'a')) == 400);
}

TEST_CASE("names and addresses of every spelling are taken as Host") {
  auto authority = [](const std::string& host) {
    return request_in("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").authority;
  };

  CHECK(authority("localhost") == "localhost");
  CHECK(authority("EXAMPLE.org:8080") == "EXAMPLE.org:8080");
  CHECK(authority("127.0.0.1:65535") == "127.0.0.1:65535");
  CHECK(authority("[::1]") == "[::1]");
  CHECK(authority("[2001:db8::1.2.3.4]:443") == "[2001:db8::1.2.3.4]:443");
  CHECK(authority("a:") == "a:");
  CHECK(authority("a_b~c%2D") == "a_b~c%2D");
}

// 25
TEST_CASE("a field beyond its limit is refused without keeping more than the limit") {
  StreamReader reader{Limits()};
  std::string head = get_with("").substr(0, get_with("").size() - 2) + "X: ";
  reader.take(head);
  std::string portion(1024, 'a');

  for (int i = 0; i < 1024; ++i)
    reader.take(portion);

  CHECK(reader.reading().refusal == 431);
  CHECK(reader.most_kept() < 10 * 1024);
}

// 25
TEST_CASE("a name of 1 MiB and an endless line are refused with 431") {
  CHECK(read_whole(get_with(std::string(1024 * 1024, 'n') + ": a\r\n")).refusal == 431);
  CHECK(read_in_octets("GET / HTTP/1.1\r\n" + std::string(1024 * 1024, 'n')).refusal == 431);
  CHECK(read_whole("GET / HTTP/1.1\r\nX:" + std::string(16 * 1024 * 1024, 'n')).refusal == 431);
}

TEST_CASE("a field of exactly its limit is taken and one octet more is not") {
  Limits limits;
  limits.max_field = 10;

  CHECK(requests_in(get_with("X: 4567890\r\n"), limits).size() == 1);
  CHECK(refusal_of(get_with("X: 45678901\r\n"), limits) == 431);
  CHECK(refusal_of(get_with("X12345678901"), limits) == 431);
}

TEST_CASE("a head of exactly its limit is taken and one octet more is not") {
  Limits limits;
  limits.max_head = get_with("X: y\r\n").size();

  CHECK(requests_in(get_with("X: y\r\n"), limits).size() == 1);
  CHECK(refusal_of(get_with("X: yz\r\n"), limits) == 431);
}

// 26
TEST_CASE("fields beyond their number are refused") {
  CHECK(requests_in(get_with(repeated("a:b\r\n", 127))).size() == 1);
  CHECK(refusal_of(get_with(repeated("a:b\r\n", 128))) == 431);
  CHECK(read_whole(get_with(repeated("Field: value\r\n", 10'000))).refusal == 431);
  CHECK(read_in_octets(get_with(repeated("a:\r\n", 200'000))).refusal == 431);
  CHECK(read_whole(get_with(repeated("Cookie: a=b\r\n", 100'000))).refusal == 431);
}

// 26
TEST_CASE("many cookies in one line are limited by the line") {
  CHECK(read_whole(get_with("Cookie: " + repeated("a=b; ", 100'000) + "\r\n")).refusal == 431);
}

// 27
TEST_CASE("white space after a colon counts as part of the field") {
  CHECK(read_whole(get_with("X:" + std::string(1024 * 1024, ' ') + "a\r\n")).refusal == 431);
  CHECK(read_in_octets("GET / HTTP/1.1\r\nX:" + std::string(1024 * 1024, ' ')).refusal == 431);
}

// 28
TEST_CASE("fields keep their order and their repetitions") {
  OwnedRequest request = request_in(get_with("B: 1\r\nA: 2\r\nB: 3\r\n"));

  CHECK(request.fields == OwnedFields{{"Host", "a"}, {"B", "1"}, {"A", "2"}, {"B", "3"}});
}

// 31
TEST_CASE("a head in segments of one octet is taken") {
  std::string head = get_with(repeated("Name: " + std::string(300, 'v') + "\r\n", 100));

  Reading reading = read_in_octets(head);

  REQUIRE(reading.requests.size() == 1);
  CHECK(reading.requests[0].fields.size() == 101);
}

TEST_CASE("each Host is judged by itself, whatever the one before it was") {
  const std::string longest(63, 'a');
  auto get = [](const std::string& host) {
    return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  };
  auto status_after = [&get](const std::string& first, const std::string& second) {
    return refusal_of(get(first) + get(second));
  };

  CHECK(status_after("localhost", "localhos\"") == 400);
  CHECK(status_after("localhost", "localhost\"") == 400);
  CHECK(status_after("localhost", "") == 400);
  CHECK(status_after(longest, longest + "\"") == 400);
  CHECK(status_after(longest + "a", longest + "\"") == 400);
  const auto requests = requests_in(get("a") + get("a") + get("b") + get(longest + "a") + get("b"));
  REQUIRE(requests.size() == 5);
  CHECK(requests[1].authority == "a");
  CHECK(requests[3].authority == longest + "a");
  CHECK(requests[4].authority == "b");
}

// 31
TEST_CASE("octets that were read are not read again before the head is complete") {
  Limits limits;
  HeadSpace space(limits);
  RequestParser parser(limits);
  std::string head = get_with(repeated("Name: value\r\n", 100));
  std::size_t most = head.size() - 1;
  REQUIRE(parser.feed({head.data(), most - 20}, space).state == RequestParser::State::need_more);

  std::string spoilt = std::string(most - 20, '\0') + head.substr(most - 20, 20);

  CHECK(parser.feed(spoilt, space).state == RequestParser::State::need_more);
}

// 32
TEST_CASE("an underscore makes another field") {
  OwnedRequest request =
      request_in(get_with("Content_Length: 5\r\nTransfer_Encoding: chunked\r\n"));

  CHECK(request.framing == Framing::none);
  CHECK(request.complete);
}

// 54
TEST_CASE("garbage behind a good request is refused after that request was read") {
  Reading reading = read_whole(get_with("") + "\x16garbage");

  REQUIRE(reading.requests.size() == 1);
  CHECK(reading.requests[0].complete);
  CHECK(reading.refusal == 400);
}
