// SPDX-License-Identifier: MIT
//
// Bodies, their framing, and attempts to smuggle a request in them, as a client sees them answered.
#include <string>

#include "client.hpp"

using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;

namespace {

const std::string refused = "400 closed";

/// A POST /echo with these lines and this body, and a good request after it.
std::string echo(const std::string& lines, const std::string& body = {}) {
  return "POST /echo HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n\r\n" + body + get("/");
}

std::string chunked(const std::string& body) {
  return echo("Transfer-Encoding: chunked", body);
}

}  // namespace

TEST_CASE("Content-Length beside Transfer-Encoding is refused") {  // 34
  CHECK(reply_to(echo("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n")) == refused);
  CHECK(reply_to(echo("Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n")) == refused);
}

TEST_CASE("Content-Length is one number") {  // 35-37
  CHECK(reply_to(echo("Content-Length: 1\r\nContent-Length: 1", "x")) == refused);
  CHECK(reply_to(echo("Content-Length: 1\r\nContent-Length: 2", "xy")) == refused);
  CHECK(reply_to(echo("Content-Length: 1, 1", "x")) == refused);
  CHECK(reply_to(echo("Content-Length: +5", "hello")) == refused);
  CHECK(reply_to(echo("Content-Length: -1")) == refused);
  CHECK(reply_to(echo("Content-Length: 0x5", "hello")) == refused);
  CHECK(reply_to(echo("Content-Length: 5 5", "hello")) == refused);
  CHECK(reply_to(echo("Content-Length:")) == refused);
  CHECK(reply_to(echo("Content-Length: \xd9\xa3")) == refused);
  CHECK(reply_to(echo("Content-Length: 5\v", "hello")) == refused);
  CHECK(reply_to(echo("Content-Length: 9223372036854775809")) == refused);
  CHECK(reply_to(echo("Content-Length: 18446744073709551616")) == refused);
  CHECK(reply_to(echo("Content-Length: " + std::string(400, '9'))) == refused);
}

TEST_CASE("a body over the limit is refused before it is read") {  // 38
  CHECK(reply_to("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9007199254740992\r\n\r\n") ==
        "413 closed");
  CHECK(reply_to("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n") ==
        "413 closed");
}

TEST_CASE("a chunked body is refused at the chunk that exceeds the limit") {
  Fixture t;
  Routes routes;
  routes.post("/", [] { return Response(); }).body(10);
  Served served(t, routes);

  served.client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  served.client.send("5\r\nhello\r\n");
  CHECK(served.client.text().empty());
  served.client.send("6\r\n");

  CHECK(served.client.statuses() == "413");
  CHECK(served.client.ended());
}

TEST_CASE("a limit of a route replaces the usual one") {
  Fixture t;
  Routes routes;
  routes
      .post("/",
            [](const Request& request) {
              return Response::text(std::to_string(request.body().size()));
            })
      .body(2 * 1024 * 1024);
  Served served(t, routes);

  served.client.send(post("/", std::string(2 * 1024 * 1024, 'x')));

  CHECK(served.client.answers().at(0).body == "2097152");
}

TEST_CASE("Transfer-Encoding is one `chunked`, in HTTP/1.1") {  // 39-42
  CHECK(reply_to(echo("Transfer-Encoding: gzip")) == "501 closed");
  CHECK(reply_to(echo("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")) == "501 closed");
  CHECK(reply_to(echo("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")) == refused);
  CHECK(reply_to(echo("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")) ==
        refused);
  CHECK(reply_to(echo("Transfer-Encoding:")) == refused);
  CHECK(reply_to(echo("Transfer-Encoding:\r\nContent-Length: 1", "x")) == refused);
  CHECK(reply_to("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get("/")) ==
        refused);
}

TEST_CASE("a chunked body is collected") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send(chunked("5\r\nhello\r\n1;a=\"b\"\r\n \r\n5\r\nworld\r\n0\r\n\r\n"));

  CHECK(served.client.statuses() == "200 200");
  CHECK(served.client.answers()[0].body == "hello world");
}

TEST_CASE("a chunk size is plain hexadecimal") {  // 43
  CHECK(reply_to(chunked("\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("+1\r\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("0x1\r\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked(" 1\r\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("1_0\r\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("1g\r\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("10000000000000001\r\nx\r\n0\r\n\r\n")) == refused);
}

TEST_CASE("the lines of a chunked body end with CRLF") {  // 44-47
  CHECK(reply_to(chunked("1\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("1\rx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("1;a\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("1;a=\"\r\n\"\r\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("1;a=\"\n\"\r\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("1\r\nxy\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("2\r\nx\r\n0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("1\r\nx0\r\n\r\n")) == refused);
  CHECK(reply_to(chunked("0\r\n\n")) == refused);
  CHECK(reply_to(chunked("0\r\n\rX")) == refused);
}

TEST_CASE("chunk extensions are bounded, in a line and in a body") {  // 48
  std::string many;
  while (many.size() < 200'000)
    many += "1;" + std::string(60, 'e') + "\r\nx\r\n";

  CHECK(reply_to(chunked("1;" + std::string(8 * 1024 * 1024, 'e'))) == "400 closed");
  CHECK(reply_to(chunked(many)) == "413 closed");
}

TEST_CASE("trailers are kept apart and change nothing") {  // 49
  Fixture t;
  Routes routes;
  routes.post("/", [](const Request& request) {
    return Response::text(std::string(request.trailers().value("X", "none")) + " " +
                          std::string(request.header("X", "none")) + " " +
                          std::string(request.trailers().value("Content-Length", "none")));
  });
  routes.get("/", [] { return Response(); });
  Served served(t, routes);

  served.client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\nX: y\r\nContent-Length: 100\r\nConnection: close\r\n\r\n" +
      get("/"));

  CHECK(served.client.statuses() == "200 200");
  CHECK(served.client.answers()[0].body == "y none none");
}

TEST_CASE("trailers are bounded") {  // 50
  CHECK(reply_to(chunked("0\r\nX: " + std::string(8 * 1024 * 1024, 'x'))) == "431 closed");
}

TEST_CASE("a body that looks like a request is none") {  // 51
  const std::string inner = get("/");
  const std::string length = "Content-Length: " + std::to_string(inner.size()) + "\r\n\r\n";

  CHECK(reply_to("GET / HTTP/1.1\r\nHost: h\r\n" + length + inner) == "200");
  CHECK(reply_to("DELETE / HTTP/1.1\r\nHost: h\r\n" + length + inner) == "405");
  CHECK(reply_to("OPTIONS * HTTP/1.1\r\nHost: h\r\n" + length + inner) == "204");
}

TEST_CASE("the body of a request without a route is passed over") {  // 52
  CHECK(reply_to(post("/nowhere", get("/")) + get("/")) == "404 200");
  CHECK(reply_to(post("/", get("/")) + get("/")) == "405 200");
  CHECK(reply_to("POST /nowhere HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "5\r\nhello\r\n0\r\n\r\n" +
                 get("/")) == "404 200");
}

TEST_CASE("a long body that nobody wants ends the connection") {  // 52
  CHECK(reply_to("POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" +
                 get("/")) == "404 closed");
  CHECK(reply_to("POST /nowhere HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "50000\r\n" +
                 std::string(0x50000, 'x') + "\r\n0\r\n\r\n" + get("/")) == "404 closed");
}

TEST_CASE("garbage after a good request is answered after it") {  // 54
  CHECK(reply_to(get("/") + "garbage\r\n\r\n" + get("/")) == "200 400 closed");
}

TEST_CASE("garbage after a request that is still running is answered after it") {  // 54
  Fixture t;
  Routes routes;
  routes.get("/", [&t](Request) {
    return t.loop.sleep(std::chrono::seconds(1)).then([] { return Response(); });
  });
  Served served(t, routes);

  served.client.send(get("/") + "garbage\r\n\r\n");
  CHECK(served.client.text().empty());
  t.clock.advance(std::chrono::seconds(1));

  CHECK(served.client.statuses() == "200 400");
  CHECK(served.client.ended());
}

TEST_CASE("an offer to change the protocol is ignored") {  // 55, 56
  const std::string upgrade = "Connection: upgrade\r\nUpgrade: h2c\r\n";

  CHECK(reply_to("GET / HTTP/1.1\r\nHost: h\r\n" + upgrade + "\r\n" + get("/")) == "200 200");
  CHECK(reply_to("GET / HTTP/1.1\r\nHost: h\r\n" + upgrade +
                 "Transfer-Encoding: identity\r\n\r\n") == refused);
}

TEST_CASE("a client that expects it is told to continue, and then answered") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 5\r\n\r\n");
  CHECK(served.client.take() == "HTTP/1.1 100 Continue\r\n\r\n");
  served.client.send("hello");

  CHECK(served.client.statuses() == "200");
  CHECK(served.client.answers()[0].body == "hello");
}

TEST_CASE("a client that does not wait is not told to continue") {
  CHECK(reply_to(echo("Expect: 100-continue\r\nContent-Length: 5", "hello")) == "200 200");
}

TEST_CASE("a request that is refused is not told to continue") {  // 57
  const std::string expects = "Host: h\r\nExpect: 100-continue\r\nContent-Length: ";

  CHECK(reply_to("POST /nowhere HTTP/1.1\r\n" + expects + "5\r\n\r\n") == "404 closed");
  CHECK(reply_to("POST /echo HTTP/1.1\r\n" + expects + "1048577\r\n\r\n") == "413 closed");
}

TEST_CASE("the order of responses holds for 100 Continue, too") {
  Fixture t;
  Routes routes = usual_routes();
  routes.get("/slow", [&t](Request) {
    return t.loop.sleep(std::chrono::seconds(1)).then([] { return Response(Status::no_content); });
  });
  Served served(t, routes);

  served.client.send(get("/slow") +
                     "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                     "Content-Length: 5\r\n\r\n");
  CHECK(served.client.text().empty());
  t.clock.advance(std::chrono::seconds(1));
  CHECK(served.client.statuses() == "204 100");
  served.client.send("hello");

  CHECK(served.client.statuses() == "204 100 200");
}

TEST_CASE("Expect means nothing in HTTP/1.0, and an unknown one is ignored") {  // 58
  CHECK(
      reply_to("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n").empty());
  CHECK(reply_to(echo("Expect: a-miracle\r\nContent-Length: 5", "hello")) == "200 200");
}

TEST_CASE("responses without a body have none, whatever the handler gives") {  // 59
  Fixture t;
  Routes routes;
  routes.get("/304", [] { return Response::text("body").status(Status::not_modified); });
  routes.get("/204", [] { return Response::text("body").status(Status::no_content); });
  routes.get("/", [] { return Response::text("body"); });
  Served served(t, routes);

  served.client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/304") + get("/204"));

  CHECK(served.client.text().find("body") == std::string::npos);
  CHECK(served.client.answers({0}).size() == 3);
}

TEST_CASE("a route may insist on a length") {
  Fixture t;
  Routes routes = usual_routes();
  routes.post("/sized", [] { return Response(); }).require_length();
  Served served(t, routes);

  served.client.send(
      "POST /sized HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\nx\r\n0\r\n\r\n" +
      post("/sized", "x") + "POST /echo HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(served.client.statuses() == "411 200 200");
}
