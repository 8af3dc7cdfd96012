// SPDX-License-Identifier: MIT
//
// Bodies that come and go bit by bit: BodyReader and ResponseWriter.
#include <eddy/core/promise.hpp>
#include <eddy/core/repeat.hpp>

#include <memory>
#include <string>

#include "client.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;

namespace {

/// Sends each part of a body back as it comes.
struct Echo {
  BodyReader body;
  ResponseWriter out;

  static Future<void> run(Loop& loop, BodyReader reader, ResponseWriter writer) {
    auto self = std::make_unique<Echo>(Echo{std::move(reader), std::move(writer)});
    Echo& echo = *self;
    return repeat(loop, [&echo] { return echo.step(); }).attach(std::move(self));
  }
  Future<Next> step() {
    return body.next().then([this](std::optional<std::string> part) {
      if (!part) return ready_future(Next::done);
      return out.write(*part).then([] { return Next::again; });
    });
  }
};

Routes echo_routes(Fixture& t) {
  Routes routes = usual_routes();
  routes.post("/stream", [&t](Request, BodyReader body, ResponseWriter out) {
    return Echo::run(t.loop, std::move(body), std::move(out));
  });
  return routes;
}

/// A route whose handler keeps its writer, and never ends before `done` is fulfilled.
struct Puppet {
  explicit Puppet(Fixture& t) : fixture(t) {
    routes.get("/", [this](Request, ResponseWriter writer) {
      out.emplace(std::move(writer));
      done.emplace(fixture.loop);
      return done->future();
    });
    routes.get("/next", [] { return Response::static_text("next"); });
  }
  /// Lets the handler end.
  void end() {
    std::move(*done).set_value();
    fixture.run_until_idle();
  }

  Fixture& fixture;
  Routes routes;
  std::optional<ResponseWriter> out;
  std::optional<Promise<void>> done;
};

}  // namespace

TEST_CASE("a body is echoed while it comes") {
  Fixture t;
  Served served(t, echo_routes(t));

  served.client.send("POST /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  served.client.send("5\r\nhello\r\n");
  CHECK(served.client.text().ends_with("\r\n\r\n5\r\nhello\r\n"));
  served.client.send("1\r\n \r\n0\r\n\r\n");
  served.client.send(get("/"));

  CHECK(served.client.statuses() == "200 200");
  CHECK(served.client.answers()[0].body == "hello ");
  CHECK(served.client.answers()[0].has("Transfer-Encoding: chunked\r\n"));
}

TEST_CASE("a large body passes through in bounded memory") {
  Fixture t;
  Served served(t, echo_routes(t));
  const std::string body(3'000'000, 'x');

  served.client.send(post("/stream", body));

  CHECK(served.client.answers().at(0).body == body);
}

TEST_CASE("a body that nobody reads stops coming") {
  Fixture t;
  std::optional<BodyReader> reader;
  Routes routes;
  routes.post("/", [&](Request, BodyReader body) {
    reader.emplace(std::move(body));
    return t.loop.sleep(5s).then([] { return Response(); });
  });
  Served served(t, routes);

  served.client.send(post("/", std::string(1'000'000, 'x')));

  CHECK(served.server.statistic().bytes_received.value() < 200'000);
  t.clock.advance(5s);
  CHECK(served.client.statuses() == "200");
  reader.reset();
}

TEST_CASE("a body that was left unread is passed over, if it is short") {  // 53
  Fixture t;
  Routes routes = usual_routes();
  routes.post("/early", [](Request, BodyReader) { return ready_future(Response()); });
  Served served(t, routes);

  served.client.send("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
  CHECK(served.client.statuses() == "200");
  served.client.send(std::string(100'000, 'x') + get("/"));

  CHECK(served.client.statuses() == "200 200");
}

TEST_CASE("a long body that was left unread ends the connection") {  // 53
  Fixture t;
  Routes routes = usual_routes();
  routes.post("/early", [](Request, BodyReader) { return ready_future(Response()); });
  Served served(t, routes);

  served.client.send("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n");

  CHECK(served.client.answers().at(0).has("Connection: close\r\n"));
  CHECK(served.client.ended());
}

TEST_CASE("the first read lets a waiting client go on") {
  Fixture t;
  Served served(t, echo_routes(t));

  served.client.send(
      "POST /stream HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 2\r\n\r\n");
  CHECK(served.client.take() == "HTTP/1.1 100 Continue\r\n\r\n");
  served.client.send("ok");

  CHECK(served.client.answers().at(0).body == "ok");
}

TEST_CASE("a handler that refuses unread sends no 100 Continue") {  // 57
  Fixture t;
  Routes routes;
  routes.post("/", [](Request, BodyReader) { return ready_future(Response(Status::forbidden)); });
  Served served(t, routes);

  served.client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 2\r\n\r\n");

  CHECK(served.client.statuses() == "403");
  CHECK(served.client.ended());
}

TEST_CASE("a reader sees the trailers at the end") {
  Fixture t;
  std::optional<BodyReader> reader;
  Routes routes;
  routes.post("/", [&](Request, BodyReader body) {
    reader.emplace(std::move(body));
    return reader->next().then([&](std::optional<std::string> part) {
      return Response::text(std::to_string(part.has_value()) +
                            std::string(reader->trailers().value("X")));
    });
  });
  Served served(t, routes);

  served.client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\nX: y\r\n\r\n");

  CHECK(served.client.answers().at(0).body == "0y");
  reader.reset();
}

TEST_CASE("a bad chunk ends the handler that reads it") {
  Fixture t;
  Served served(t, echo_routes(t));

  served.client.send("POST /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nno");

  CHECK(served.client.statuses() == "400");
  CHECK(served.client.ended());
  CHECK(served.server.statistic().dropped.value() == 1);
}

TEST_CASE("a bad chunk after a part of the response cuts it off") {
  Fixture t;
  Served served(t, echo_routes(t));

  served.client.send(
      "POST /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\nx\r\n");
  served.client.send("no");

  CHECK(served.client.text().ends_with("1\r\nx\r\n"));
  CHECK(served.client.closed());
}

TEST_CASE("a streamed response has chunks, and its trailers") {
  Fixture t;
  Puppet puppet(t);
  Served served(t, puppet.routes);
  HeaderLines trailers;
  trailers.add("X", "y");

  served.client.send(get("/"));
  CHECK(served.client.text().empty());
  puppet.out->start(Response::bytes({}, "text/csv"));
  CHECK(puppet.out->write("one").ready());
  CHECK(puppet.out->write("two").ready());
  puppet.out->end(trailers);
  puppet.end();

  const Answer answer = served.client.answers().at(0);
  CHECK(answer.has("Content-Type: text/csv\r\n"));
  CHECK(answer.body == "onetwo");
  CHECK(answer.trailers == "X: y\r\n");
  CHECK_FALSE(served.client.closed());
}

TEST_CASE("a streamed response to HTTP/1.0 ends with the connection") {
  Fixture t;
  Puppet puppet(t);
  Served served(t, puppet.routes);

  served.client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  std::ignore = puppet.out->write("all");
  puppet.end();

  CHECK(served.client.answers().at(0).body == "all");
  CHECK(served.client.answers().at(0).has("Connection: close\r\n"));
  CHECK(served.client.ended());
}

TEST_CASE("a streamed response to HEAD has no body") {
  Fixture t;
  Puppet puppet(t);
  Served served(t, puppet.routes);

  served.client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));
  std::ignore = puppet.out->write("all");
  puppet.end();

  CHECK(served.client.answers({0}).at(0).has("Transfer-Encoding: chunked\r\n"));
  CHECK(served.client.answers({0}).at(1).body == "next");
}

TEST_CASE("a streamed response waits for its turn") {
  Fixture t;
  Puppet puppet(t);
  puppet.routes.get("/slow", [&t](Request) {
    return t.loop.sleep(1s).then([] { return Response::static_text("slow"); });
  });
  Served served(t, puppet.routes);

  served.client.send(get("/slow") + get("/"));
  Future<void> written = puppet.out->write("early");
  CHECK_FALSE(t.poll(written));
  CHECK(served.client.text().empty());
  t.clock.advance(1s);
  CHECK(written.ready());
  puppet.end();

  CHECK(served.client.answers().at(0).body == "slow");
  CHECK(served.client.answers().at(1).body == "early");
}

TEST_CASE("a handler that writes faster than its client reads has to wait") {
  Fixture t;
  Puppet puppet(t);
  Served served(t, puppet.routes);

  served.client.send(get("/"));
  served.client.stop_reading();
  std::ignore = puppet.out->write(std::string(1'000'000, 'x'));
  Future<void> waiting = puppet.out->write("y");
  CHECK_FALSE(t.poll(waiting));
  served.client.go_on_reading();

  CHECK(t.poll(waiting));
  puppet.end();
  CHECK(served.client.answers().at(0).body.size() == 1'000'001);
}

TEST_CASE("more octets than were declared end the connection") {  // 60
  Fixture t;
  Puppet puppet(t);
  Served served(t, puppet.routes);

  served.client.send(get("/") + get("/next"));
  puppet.out->start(Response(), 3);
  CHECK(puppet.out->write("abc").ready());
  Future<void> beyond = puppet.out->write("d");
  t.run_until_idle();

  CHECK(t.get(std::move(beyond)).error() == Errc::invalid);
  CHECK(served.client.text().ends_with("\r\n\r\nabc"));
  CHECK(served.client.closed());
}

TEST_CASE("fewer octets than were declared end the connection") {  // 60
  Fixture t;
  Puppet puppet(t);
  Served served(t, puppet.routes);

  served.client.send(get("/") + get("/next"));
  puppet.out->start(Response(), 3);
  CHECK(puppet.out->write("ab").ready());
  puppet.end();

  CHECK(served.client.text().ends_with("\r\n\r\nab"));
  CHECK(served.client.closed());
}

TEST_CASE("a handler that fails in the middle of its response cuts it off") {  // 203
  Fixture t;
  Puppet puppet(t);
  Served served(t, puppet.routes);

  served.client.send(get("/"));
  CHECK(puppet.out->write("half").ready());
  std::move(*puppet.done).set_error(Errc::too_large);
  t.run_until_idle();

  CHECK(served.client.text().ends_with("4\r\nhalf\r\n"));
  CHECK(served.client.closed());
  CHECK(served.server.statistic().failed.value() == 1);
}

TEST_CASE("a handler that fails before its response gets 500") {
  Fixture t;
  Puppet puppet(t);
  Served served(t, puppet.routes);

  served.client.send(get("/"));
  std::move(*puppet.done).set_error(Errc::too_large);
  t.run_until_idle();

  CHECK(served.client.statuses() == "500");
  CHECK_FALSE(served.client.closed());
}

TEST_CASE("writers and readers that outlive the connection fail") {
  Fixture t;
  Puppet puppet(t);
  std::optional<BodyReader> reader;
  puppet.routes.post("/", [&](Request, BodyReader body) {
    reader.emplace(std::move(body));
    return Promise<Response>(t.loop).future();
  });
  Served first(t, puppet.routes);
  Served second(t, puppet.routes);

  first.client.send(get("/"));
  second.client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
  first.client.vanish();
  second.client.vanish();

  CHECK_FALSE(puppet.out->open());
  CHECK(t.get(puppet.out->write("x")).error() == Errc::closed);
  CHECK(t.get(reader->next()).error() == Errc::closed);
  puppet.out->end();
  puppet.done.reset();
}
