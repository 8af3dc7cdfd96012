// SPDX-License-Identifier: MIT
//
// Hostile request lines and heads, as a client sees them answered. The parser's own tests are in
// tests/codec; the numbers are those of the project's list of hostile inputs.
#include <string>

#include "client.hpp"

using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;

namespace {

const std::string refused = "400 closed";

/// A GET with these lines behind Host, and a good request after it.
std::string with_lines(const std::string& lines) {
  return "GET / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n\r\n" + get("/");
}

std::string request_line(const std::string& line) {
  return line + "\r\nHost: h\r\n\r\n" + get("/");
}

}  // namespace

TEST_CASE("a bare LF or CR in a head is refused") {  // 1-5
  CHECK(reply_to("GET / HTTP/1.1\nHost: h\r\n\r\n") == refused);
  CHECK(reply_to("GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n") == refused);
  CHECK(reply_to("GET / HTTP/1.1\r\nHost: h\r\n\n") == refused);
  CHECK(reply_to("GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n") == refused);
  CHECK(reply_to("GET / HTTP/1.1\r\nHost: h\r\n\rX") == refused);
  CHECK(reply_to(with_lines("X:\rTransfer-Encoding: chunked")) == refused);
}

TEST_CASE("a folded line, and space before the first field, are refused") {  // 6, 7
  CHECK(reply_to(with_lines("X: a\r\n b")) == refused);
  CHECK(reply_to(with_lines("X: a\r\n\tb")) == refused);
  CHECK(reply_to("GET / HTTP/1.1\r\n Host: h\r\n\r\n") == refused);
}

TEST_CASE("a field without a clean name is refused") {  // 8-10
  CHECK(reply_to(with_lines("X : y")) == refused);
  CHECK(reply_to(with_lines("X\t: y")) == refused);
  CHECK(reply_to(with_lines(": y")) == refused);
  CHECK(reply_to(with_lines("X")) == refused);
  CHECK(reply_to(with_lines("Content-Length 5")) == refused);
  CHECK(reply_to(with_lines("X(: y")) == refused);
  CHECK(reply_to(with_lines("X\x80: y")) == refused);
  CHECK(reply_to(with_lines("X\x7f: y")) == refused);
  CHECK(reply_to(with_lines(std::string("X\0: y", 5))) == refused);
}

TEST_CASE("a control octet in a value is refused") {  // 11
  CHECK(reply_to(with_lines(std::string("X: a\0b", 6))) == refused);
  CHECK(reply_to(with_lines("X: a\x01 b")) == refused);
}

TEST_CASE("octets outside ASCII in a value are kept as they are") {  // 12
  Fixture t;
  Routes routes;
  routes.get(
      "/", [](const Request& request) { return Response::text(std::string(request.header("X"))); });
  Served served(t, routes);

  served.client.send("GET / HTTP/1.1\r\nHost: h\r\nX: \xff\xfe\r\n\r\n");

  CHECK(served.client.answers().at(0).body == "\xff\xfe");
}

TEST_CASE("the parts of a request line stand apart by one space") {  // 13
  CHECK(reply_to(request_line("GET  / HTTP/1.1")) == refused);
  CHECK(reply_to(request_line("GET /  HTTP/1.1")) == refused);
  CHECK(reply_to(request_line("GET\t/ HTTP/1.1")) == refused);
  CHECK(reply_to(request_line("GET /\vHTTP/1.1")) == refused);
}

TEST_CASE("a version must be there and be one of two") {  // 14-16
  CHECK(reply_to("GET /\r\n\r\n") == refused);
  CHECK(reply_to("GET /\r\nHost: h\r\nContent-Length: 1\r\n\r\nx") == refused);
  CHECK(reply_to(request_line("GET / HTTP/2.0")) == "505 closed");
  CHECK(reply_to(request_line("GET / HTTP/3.0")) == "505 closed");
  CHECK(reply_to(request_line("GET / HTTP/0.9")) == "505 closed");
  CHECK(reply_to(request_line("GET / HTTP/1.10")) == refused);
  CHECK(reply_to(request_line("GET / HTTP/01.1")) == refused);
  CHECK(reply_to(request_line("GET / http/1.1")) == refused);
  CHECK(reply_to(request_line("GET / RTSP/1.0")) == refused);
  CHECK(reply_to(request_line("GET / ICE/1.0")) == refused);
}

TEST_CASE("a target has no control octets and one of the four forms") {  // 17, 18
  CHECK(reply_to(request_line(std::string("GET /\0 HTTP/1.1", 15))) == refused);
  CHECK(reply_to(request_line("GET /\x01 HTTP/1.1")) == refused);
  CHECK(reply_to(request_line("GET /\x7f HTTP/1.1")) == refused);
  CHECK(reply_to(request_line("GET path HTTP/1.1")) == refused);
  CHECK(reply_to(request_line("GET  HTTP/1.1")) == refused);
  CHECK(reply_to(request_line("GET * HTTP/1.1")) == refused);
  CHECK(reply_to(request_line("GET h:80 HTTP/1.1")) == refused);
}

TEST_CASE("the authority of an absolute target wins over Host") {  // 19
  Fixture t;
  Routes routes;
  routes.get("/p", [](const Request& request) {
    return Response::text(std::string(request.authority()));
  });
  Served served(t, routes);

  served.client.send("GET http://target:81/p HTTP/1.1\r\nHost: other\r\n\r\n");

  CHECK(served.client.answers().at(0).body == "target:81");
}

TEST_CASE("CONNECT is refused, and nothing behind it is read") {  // 20
  CHECK(reply_to("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n" + get("/")) == "501 closed");
}

TEST_CASE("TRACE is never reflected") {  // 21
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("TRACE / HTTP/1.1\r\nHost: h\r\nCookie: secret\r\n\r\n");

  CHECK(served.client.statuses() == "405");
  CHECK(served.client.text().find("secret") == std::string::npos);
}

TEST_CASE("an unknown method is not implemented, and its body is no request") {  // 22
  CHECK(reply_to("get / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/")) == "501 200");
  CHECK(reply_to("BREW / HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                 std::to_string(get("/").size()) + "\r\n\r\n" + get("/") + get("/")) == "501 200");
  CHECK(reply_to("PATCH / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/")) == "405 200");
}

TEST_CASE("there is one Host, and it makes sense") {  // 23
  CHECK(reply_to("GET / HTTP/1.1\r\n\r\n") == refused);
  CHECK(reply_to(with_lines("Host: h")) == refused);
  CHECK(reply_to("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == refused);
  CHECK(reply_to("GET / HTTP/1.1\r\nHost: h:port\r\n\r\n") == refused);
}

TEST_CASE("another protocol on the port is refused at once") {  // 24
  CHECK(reply_to(std::string("\x16\x03\x01\x02\x00\x01", 6)) == refused);
  CHECK(reply_to("SSH-2.0-OpenSSH_9.2\r\n") == refused);
  CHECK(reply_to("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == refused);
}

TEST_CASE("a field that is too long is refused while it is still coming") {  // 25, 27
  const std::string mega(1024 * 1024, 'x');
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";

  CHECK(reply_to(start + "X: " + mega) == "431 closed");
  CHECK(reply_to(start + mega) == "431 closed");
  CHECK(reply_to(start + "X:" + std::string(1024 * 1024, ' ')) == "431 closed");
  CHECK(reply_to(start + "Content-Length: " + std::string(1024 * 1024, '0')) == "431 closed");
}

TEST_CASE("too many fields are refused") {  // 26, 75
  std::string fields;
  std::string cookies = "Cookie: ";
  while (fields.size() < 100'000) {
    fields += "a:b\r\n";
    cookies += "a=b; ";
  }

  CHECK(reply_to(with_lines(fields + "X: y")) == "431 closed");
  CHECK(reply_to(with_lines(cookies + "a=b")) == "431 closed");
}

TEST_CASE("fields whose names would collide in a hash map are kept in order") {  // 28, 32
  Fixture t;
  Routes routes;
  routes.get("/", [](const Request& request) {
    return Response::text(std::to_string(request.fields().size()) + " " +
                          std::string(request.header("Content_Length")));
  });
  Served served(t, routes);

  served.client.send(
      "GET / HTTP/1.1\r\nHost: h\r\nAaAa: 1\r\nBBBB: 2\r\nAaBB: 3\r\n"
      "Content_Length: 9\r\n\r\n");

  CHECK(served.client.answers().at(0).body == "5 9");
}

TEST_CASE("a long target is refused, a longish one is not") {  // 29
  CHECK(reply_to(request_line("GET /" + std::string(128 * 1024, 'a') + " HTTP/1.1")) ==
        "414 closed");
  CHECK(reply_to("GET /path/" + std::string(2000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n") == "200");
}

TEST_CASE("one blank line may stand before a request, not more") {  // 30
  CHECK(reply_to("\r\n" + get("/")) == "200");
  CHECK(reply_to("\r\n\r\n" + get("/")) == refused);
}

TEST_CASE("a head may come octet by octet") {  // 31
  Fixture t;
  Served served(t, usual_routes());

  served.client.drip(get("/") + post("/echo", "x"));

  CHECK(served.client.statuses() == "200 200");
}

TEST_CASE("a path with bad escapes is a bad request, not an error of the server") {  // 33
  CHECK(reply_to(get("/path/%zz")) == "400");
  CHECK(reply_to(get("/path/%")) == "400");
  CHECK(reply_to(get("/path/%00")) == "400");
  CHECK(reply_to(get("/path/%c0%ae")) == "400");
}
