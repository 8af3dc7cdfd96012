// SPDX-License-Identifier: MIT
//
// Numbers are those of the hostile inputs that eddy owes an answer to.
#include "http_reading.hpp"

#include <eddy/codec/http_body.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace eddy::http;
using namespace eddy::http::testing;
using namespace std::string_literals;

namespace {

unsigned refusal_of_chunks(const std::string& body) {
  return refusal_of(chunked_post(body));
}

OwnedRequest chunks(const std::string& body) {
  return request_in(chunked_post(body));
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i)
    result += text;
  return result;
}

RequestHead head_with(Framing framing, std::uint64_t length = 0) {
  RequestHead head;
  head.framing = framing;
  head.content_length = length;
  return head;
}

}  // namespace

TEST_CASE("a body of known length ends with its last octet") {
  auto requests =
      requests_in("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get_with(""));

  REQUIRE(requests.size() == 2);
  CHECK(requests[0].body == "abc");
  CHECK(requests[1].complete);
}

TEST_CASE("a request without framing has no body") {
  Limits limits;
  BodyDecoder decoder(head_with(Framing::none), limits);

  CHECK(decoder.done());
  CHECK(decoder.decode("abc").state == BodyDecoder::State::done);
  CHECK(decoder.decode("abc").consumed == 0);
}

TEST_CASE("a body is given as views of the octets it came in") {
  Limits limits;
  BodyDecoder decoder(head_with(Framing::chunked), limits);
  std::string octets = "3\r\nabc\r\n0\r\n\r\n";

  auto progress = decoder.decode(octets);

  CHECK(progress.state == BodyDecoder::State::data);
  CHECK(progress.data.data() == octets.data() + 3);
  CHECK(progress.consumed == 6);
  CHECK(decoder.received() == 3);
}

TEST_CASE("a failed decoder stays failed") {
  Limits limits;
  BodyDecoder decoder(head_with(Framing::chunked), limits);
  REQUIRE(decoder.decode("x").state == BodyDecoder::State::failed);

  auto again = decoder.decode("0\r\n\r\n");

  CHECK(again.state == BodyDecoder::State::failed);
  CHECK(again.refusal.status == Status::bad_request);
}

TEST_CASE("chunks of any spelling of their size make one body") {
  CHECK(chunks("3\r\nabc\r\n0\r\n\r\n").body == "abc");
  CHECK(chunks("1\r\na\r\n2\r\nbc\r\n000\r\n\r\n").body == "abc");
  CHECK(chunks("0A\r\n0123456789\r\n0\r\n\r\n").body == "0123456789");
  CHECK(chunks("a\r\n\r\n01234567\r\n0\r\n\r\n").body == "\r\n01234567");
  CHECK(chunks("0\r\n\r\n").complete);
}

TEST_CASE("extensions of every legal form are passed over") {
  CHECK(chunks("1;a\r\nx\r\n0\r\n\r\n").body == "x");
  CHECK(chunks("1;a=b;c=d\r\nx\r\n0;e\r\n\r\n").body == "x");
  CHECK(chunks("1 ; a = b\t;\tc\r\nx\r\n0\r\n\r\n").body == "x");
  CHECK(chunks("1;a=\"b;c\"\r\nx\r\n0\r\n\r\n").body == "x");
  CHECK(chunks("1;a=\"\\\"\\\\ \t\xff\" ;b\r\nx\r\n0\r\n\r\n").body == "x");
  CHECK(chunks("1;a=\"\"\r\nx\r\n0\r\n\r\n").body == "x");
}

TEST_CASE("an extension outside the grammar is refused") {
  CHECK(refusal_of_chunks("1;\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;;a\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;=b\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a;\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a b\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a \r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=b \r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=b=c\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=\"b\"c\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=\"b\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a\x80\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=\"\x01\"\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=\"\\\x7f\"\r\nx\r\n") == 400);
}

// 43
TEST_CASE("a chunk size is hexadecimal digits and nothing else") {
  CHECK(refusal_of_chunks("\r\n") == 400);
  CHECK(refusal_of_chunks(";a\r\n") == 400);
  CHECK(refusal_of_chunks("+1\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("-1\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("0x1\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks(" 1\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1 \r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1\t\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1 1\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1_0\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1g\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("\xb1\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1\0\r\nx\r\n"s) == 400);
}

// 43
TEST_CASE("a chunk size that would wrap is refused") {
  CHECK(refusal_of_chunks("ffffffffffffffff\r\n") == 400);
  CHECK(refusal_of_chunks("10000000000000001\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("20000000000001\r\n") == 400);
}

// 44
TEST_CASE("a lone LF or CR is refused in a chunk-size line") {
  CHECK(refusal_of_chunks("1\nx\r\n0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("1\rx\r\n0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("1\r\rx\r\n0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("1;a\nx\r\n0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("1;a\rb\r\nx\r\n0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("1;\n\r\nx\r\n0\r\n\r\n") == 400);
}

// 45
TEST_CASE("chunk data is followed by CRLF and by nothing else") {
  CHECK(refusal_of_chunks("1\r\nx\n0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("1\r\nx\rx0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("1\r\nxy\r\n0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("3\r\nx\r\n0\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("1\r\nx0\r\n\r\n") == 400);
}

// 46
TEST_CASE("the last chunk is ended by two CRLF and by nothing else") {
  CHECK(refusal_of_chunks("0\r\n\n") == 400);
  CHECK(refusal_of_chunks("0\r\n\rX") == 400);
  CHECK(refusal_of_chunks("0\n\r\n") == 400);
  CHECK(refusal_of_chunks("0\r\n\r\r\n") == 400);
  CHECK(refusal_of_chunks("0\r\nGET / HTTP/1.1\r\n\r\n") == 400);
}

// 47
TEST_CASE("a line end inside a quoted extension is refused") {
  CHECK(refusal_of_chunks("1;a=\"\r\n\"\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=\"\n\"\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks("1;a=\"\\\r\n\"\r\nx\r\n") == 400);
}

// 48
TEST_CASE("a chunk-size line beyond its limit is refused") {
  std::string extension = ";a=" + std::string(60, 'b');

  CHECK(chunks("1" + extension + "\r\nx\r\n0\r\n\r\n").body == "x");
  CHECK(refusal_of_chunks("1" + extension + "b\r\nx\r\n") == 400);
  CHECK(refusal_of_chunks(std::string(65, '0') + "\r\n\r\n") == 400);
  CHECK(read_whole(chunked_post("1;" + std::string(8 * 1024 * 1024, 'a'))).refusal == 400);
}

// 48
TEST_CASE("the extensions of one body together have a limit") {
  std::string chunk = "1;a=" + std::string(60, 'b') + "\r\nx\r\n";
  std::string allowed = repeated(chunk, 4096 / 63);

  CHECK(read_whole(chunked_post(allowed)).refusal == 0);
  CHECK(read_whole(chunked_post(allowed + chunk)).refusal == 413);
  CHECK(read_in_octets(chunked_post(allowed + chunk)).refusal == 413);
}

TEST_CASE("a chunked body beyond its limit is refused with the chunk that exceeds it") {
  Limits limits;
  limits.max_body_in_memory = 4;

  CHECK(request_in(chunked_post("2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"), limits).body == "abcd");
  CHECK(refusal_of(chunked_post("2\r\nab\r\n3\r\n"), limits) == 413);
  CHECK(refusal_of(chunked_post("ffffffff\r\n"), limits) == 413);
}

TEST_CASE("trailers are kept apart from the fields") {
  OwnedRequest request = chunks("1\r\nx\r\n0\r\nA: 1\r\nb:\t2 \r\n\r\n");

  CHECK(request.trailers == OwnedFields{{"A", "1"}, {"b", "2"}});
  CHECK(request.fields.size() == 2);
}

// 49
TEST_CASE("trailers that frame, route or authenticate are dropped") {
  std::string body =
      "0\r\nContent-Length: 5\r\nTransfer-Encoding: gzip\r\nHOST: b\r\nA: 1\r\n"
      "Connection: close\r\nAuthorization: x\r\nCookie: x\r\n\r\n";
  auto requests = requests_in(chunked_post(body) + get_with(""));

  REQUIRE(requests.size() == 2);
  CHECK(requests[0].trailers == OwnedFields{{"A", "1"}});
  CHECK(requests[0].keep_alive);
  CHECK(requests[0].authority == "a");
}

// 6, 46
TEST_CASE("trailers have the syntax of fields") {
  CHECK(refusal_of_chunks("0\r\nA: 1\r\n b\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("0\r\n A: 1\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("0\r\nA: 1\n\r\n") == 400);
  CHECK(refusal_of_chunks("0\r\nA: 1\r\n\rX") == 400);
  CHECK(refusal_of_chunks("0\r\nA : 1\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("0\r\n: 1\r\n\r\n") == 400);
  CHECK(refusal_of_chunks("0\r\nA: \x01\r\n\r\n") == 400);
}

// 50
TEST_CASE("trailers beyond their limits are refused") {
  CHECK(chunks("0\r\n" + repeated("a:b\r\n", 32) + "\r\n").trailers.size() == 32);
  CHECK(refusal_of_chunks("0\r\n" + repeated("a:b\r\n", 33) + "\r\n") == 431);
  CHECK(read_whole(chunked_post("0\r\nA: " + std::string(8 * 1024 * 1024, 'b'))).refusal == 431);
  CHECK(read_in_octets(chunked_post("0\r\nA: " + std::string(9 * 1024, 'b'))).refusal == 431);
}

TEST_CASE("a trailer section of exactly its limit is taken and one octet more is not") {
  Limits limits;
  limits.max_trailers = 8;

  CHECK(request_in(chunked_post("0\r\nA: b\r\n\r\n"), limits).trailers.size() == 1);
  CHECK(refusal_of(chunked_post("0\r\nA: bc\r\n\r\n"), limits) == 431);
}
