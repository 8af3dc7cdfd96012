// SPDX-License-Identifier: MIT
#include <eddy/net/http_server.hpp>

#include <eddy/core/promise.hpp>

#include <string>

#include "client.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;

TEST_CASE("a request is answered with its route's response") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(served.client.text() ==
        "HTTP/1.1 200 OK\r\n"
        "Date: Thu, 29 Feb 2024 12:00:00 GMT\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 5\r\n"
        "\r\n"
        "hello");
  CHECK_FALSE(served.client.closed());
}

TEST_CASE("a connection is kept for the next request") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send(get("/"));
  served.client.send(post("/echo", "again"));

  CHECK(served.client.statuses() == "200 200");
  CHECK(served.client.answers()[1].body == "again");
  CHECK(served.server.statistic().connections.value() == 1);
  CHECK(served.server.statistic().requests.value() == 2);
}

TEST_CASE("a handler that returns a future answers when it has its value") {
  Fixture t;
  Routes routes;
  routes.get("/slow", [&t](Request request) {
    return t.loop.sleep(5s).then([request = std::move(request)] {
      return Response::text("waited at " + std::string(request.path()));
    });
  });
  Served served(t, routes);

  served.client.send(get("/slow"));
  CHECK(served.client.text().empty());
  t.clock.advance(5s);

  CHECK(served.client.statuses() == "200");
  CHECK(served.client.answers()[0].body == "waited at /slow");
}

TEST_CASE("a future handler that takes a reference keeps its request") {
  Fixture t;
  Routes routes;
  routes.get("/{name}", [&t](const Request& request) {
    return t.loop.sleep(1s).then(
        [&request] { return Response::text("for " + request.parameter("name")); });
  });
  Served served(t, routes);

  served.client.send(get("/a%20b"));
  t.clock.advance(1s);

  CHECK(served.client.answers().at(0).body == "for a b");
}

TEST_CASE("responses leave in the order of the requests") {
  Fixture t;
  Routes routes;
  routes.get("/{ms}", [&t](Request request) {
    const auto wait = std::chrono::milliseconds(std::stoi(request.parameter("ms")));
    return t.loop.sleep(wait).then(
        [request = std::move(request)] { return Response::text(request.parameter("ms")); });
  });
  routes.get("/", [] { return Response::static_text("now"); });
  Served served(t, routes);

  served.client.send(get("/300") + get("/100") + get("/") + get("/200"));
  t.clock.advance(250ms);
  CHECK(served.client.text().empty());
  t.clock.advance(50ms);

  CHECK(served.client.statuses() == "200 200 200 200");
  CHECK(served.client.answers()[0].body == "300");
  CHECK(served.client.answers()[1].body == "100");
  CHECK(served.client.answers()[2].body == "now");
  CHECK(served.client.answers()[3].body == "200");
}

TEST_CASE("HEAD is answered as GET without the body") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/"));

  const std::vector<Answer> answers = served.client.answers({0});
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].has("Content-Length: 5\r\n"));
  CHECK(answers[0].body.empty());
  CHECK(answers[1].body == "hello");
}

TEST_CASE("OPTIONS tells the methods of a path, and those of the server") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("OPTIONS /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  served.client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(served.client.statuses() == "204 204");
  CHECK(served.client.answers()[0].has("Allow: OPTIONS, POST\r\n"));
  CHECK(served.client.answers()[1].has("Allow: GET, HEAD, OPTIONS, POST\r\n"));
}

TEST_CASE("a path without a route is not found, a method without one not allowed") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send(get("/nowhere"));
  served.client.send(get("/echo"));

  CHECK(served.client.statuses() == "404 405");
  CHECK(served.client.answers()[1].has("Allow: OPTIONS, POST\r\n"));
  CHECK_FALSE(served.client.closed());
}

TEST_CASE("a handler that throws is answered with 500 and a number to ask with") {  // 203, 205
  Fixture t;
  Routes routes;
  routes.get("/throw", []() -> Response { throw std::runtime_error("secret"); });
  routes.get("/42", []() -> Response { throw 42; });
  routes.get("/alloc", []() -> Response { throw std::bad_alloc(); });
  Served served(t, routes);

  served.client.send(get("/throw") + get("/42") + get("/alloc"));

  CHECK(served.client.statuses() == "500 500 500");
  CHECK(served.client.text().find("secret") == std::string::npos);
  CHECK(served.client.answers()[0].body.size() ==
        std::string("internal server error ").size() + 17);
  CHECK(served.client.answers()[0].body != served.client.answers()[1].body);
  CHECK(served.server.statistic().failed.value() == 3);
}

TEST_CASE("a future handler that fails or throws is answered with 500") {
  Fixture t;
  Routes routes;
  routes.get("/now", [](Request) -> Future<Response> { throw std::runtime_error("secret"); });
  routes.get("/failed", [](Request) { return failed_future<Response>(Errc::overloaded); });
  routes.get("/later", [&t](Request) {
    return t.loop.sleep(1s).then([]() -> Result<Response> { return Errc::too_large; });
  });
  routes.get("/empty", [](Request) { return Future<Response>(); });
  Served served(t, routes);

  served.client.send(get("/now") + get("/failed") + get("/later") + get("/empty"));
  t.clock.advance(1s);

  CHECK(served.client.statuses() == "500 500 500 500");
  CHECK_FALSE(served.client.closed());
}

TEST_CASE("Connection: close ends the connection with the response") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  CHECK(served.client.statuses() == "200");
  CHECK(served.client.answers()[0].has("Connection: close\r\n"));
  CHECK(served.client.ended());
  CHECK(served.server.connections() == 0);
}

TEST_CASE("a client of HTTP/1.0 is kept only if it asks") {
  Fixture t;
  Served one(t, usual_routes());
  Served other(t, usual_routes());

  one.client.send("GET / HTTP/1.0\r\n\r\n");
  other.client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

  CHECK(one.client.ended());
  CHECK(one.client.answers()[0].has("Connection: close\r\n"));
  CHECK_FALSE(other.client.closed());
  CHECK(other.client.answers()[0].has("Connection: keep-alive\r\n"));
}

TEST_CASE("a response may close the connection") {
  Fixture t;
  Routes routes;
  routes.get("/", [] { return Response::static_text("bye").close(); });
  Served served(t, routes);

  served.client.send(get("/"));

  CHECK(served.client.answers().at(0).has("Connection: close\r\n"));
  CHECK(served.client.ended());
}

TEST_CASE("the last request that a connection may have says so") {
  Fixture t;
  ServerOptions options;
  options.limits.max_requests = 2;
  Served served(t, usual_routes(), options);

  served.client.send(get("/"));
  CHECK_FALSE(served.client.answers().at(0).has("Connection: close"));
  served.client.send(get("/"));

  CHECK(served.client.answers().at(1).has("Connection: close\r\n"));
  CHECK(served.client.ended());
}

TEST_CASE("a handler sees who asks, and what for") {
  Fixture t;
  Routes routes;
  routes.get("/{a}/x/{b...}", [](const Request& request) {
    return Response::text(request.peer().to_string() + " " + std::string(request.authority()) +
                          " " + request.parameter("a") + " " + request.parameter("b") + " " +
                          std::string(request.query().raw("q").value_or("none")) + " " +
                          std::string(request.header("x-tag")) + request.parameter("no"));
  });
  Served served(t, routes);

  served.client.send("GET /%41/x/b/%2f?q=7 HTTP/1.1\r\nHost: h\r\nX-Tag: t\r\n\r\n");

  CHECK(served.client.answers().at(0).body == "192.0.2.7:4242 h A b// 7 t");
}

TEST_CASE("Date changes with the second") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send(get("/"));
  t.clock.advance(1s);
  served.client.send(get("/"));

  CHECK(served.client.answers().at(0).has("12:00:00 GMT"));
  CHECK(served.client.answers().at(1).has("12:00:01 GMT"));
}
