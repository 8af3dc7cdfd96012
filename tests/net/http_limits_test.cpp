// SPDX-License-Identifier: MIT
//
// Slow, large and many: the limits of time and number of a server.
#include <eddy/core/promise.hpp>

#include <memory>
#include <string>

#include "client.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;

namespace {

/// Sends `octets` one a second; gives back after how many the client had an answer or an end.
std::size_t seconds_until_answer(Fixture& t, Client& client, std::string_view octets) {
  std::size_t sent = 0;
  while (sent < octets.size() && client.text().empty() && !client.closed()) {
    client.send(octets.substr(sent++, 1));
    t.clock.advance(1s);
  }
  return sent;
}

}  // namespace

TEST_CASE("a head that comes slowly is answered with 408") {  // 61
  Fixture t;
  Served served(t, usual_routes());

  const std::size_t seconds = seconds_until_answer(t, served.client, get("/"));

  CHECK(seconds >= 10);
  CHECK(seconds <= 11);
  CHECK(served.client.statuses() == "408");
  CHECK(served.client.ended());
}

TEST_CASE("the first head has a limit from the accept, too") {
  Fixture t;
  Served served(t, usual_routes());

  t.clock.advance(15s);
  served.client.send("GET");
  t.clock.advance(4s);
  CHECK(served.client.text().empty());
  t.clock.advance(1500ms);

  CHECK(served.client.statuses() == "408");
}

TEST_CASE("a client that never says anything is closed without a word") {  // 62
  Fixture t;
  Served served(t, usual_routes());

  t.clock.advance(20s);
  CHECK_FALSE(served.client.closed());
  t.clock.advance(1s);

  CHECK(served.client.ended());
  CHECK(served.client.text().empty());
  CHECK(served.server.statistic().timed_out.value() == 1);
}

TEST_CASE("a body in memory must be there within its limit") {  // 63
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  const std::size_t seconds = seconds_until_answer(t, served.client, std::string(1000, 'x'));

  CHECK(seconds >= 300);
  CHECK(seconds <= 301);
  CHECK(served.client.statuses() == "408");
  CHECK(served.client.ended());
}

TEST_CASE("a streamed body must go on, at whatever speed") {  // 63
  Fixture t;
  std::optional<BodyReader> reader;
  Routes routes;
  routes.post("/", [&](Request, BodyReader body) {
    reader.emplace(std::move(body));
    return reader->next().then([&](std::optional<std::string>) {
      return reader->next().then([](std::optional<std::string>) { return Response(); });
    });
  });
  Served served(t, routes);

  served.client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  t.clock.advance(14s);
  served.client.send("x");
  t.clock.advance(15s);
  CHECK(served.client.text().empty());
  t.clock.advance(500ms);

  CHECK(served.client.statuses() == "408");
  CHECK(served.server.statistic().dropped.value() == 1);
  reader.reset();
}

TEST_CASE("a streamed body has no limit of time while its handler does not read") {
  Fixture t;
  std::optional<BodyReader> reader;
  Routes routes;
  routes.post("/", [&](Request, BodyReader body) {
    reader.emplace(std::move(body));
    return t.loop.sleep(60s).then([] { return Response(); });
  });
  Served served(t, routes);

  served.client.send(post("/", std::string(200'000, 'x')));
  t.clock.advance(60s);

  CHECK(served.client.statuses() == "200");
  reader.reset();
}

TEST_CASE("a client that does not read its response is reset") {  // 64, 65
  Fixture t;
  Routes routes;
  routes.get("/", [] { return Response::text(std::string(10'000'000, 'x')); });  // NOLINT
  Served served(t, routes);

  served.client.stop_reading();
  served.client.send(get("/"));
  t.clock.advance(29s);
  CHECK(served.server.connections() == 1);
  t.clock.advance(2s);

  CHECK(served.server.connections() == 0);
  CHECK(served.server.statistic().timed_out.value() == 1);
}

TEST_CASE("a slow reader stops the reading of requests, not the memory") {  // 64
  Fixture t;
  Routes routes;
  routes.get("/", [] { return Response::text(std::string(200'000, 'x')); });
  Served served(t, routes);
  std::string many;
  while (many.size() < 100'000)
    many += get("/");

  served.client.stop_reading();
  served.client.send(many);

  CHECK(served.server.statistic().requests.value() <= 4);
}

TEST_CASE("an idle connection is closed without a word") {  // 66
  Fixture t;
  Served served(t, usual_routes());

  served.client.send(get("/"));
  t.clock.advance(15s);
  CHECK_FALSE(served.client.closed());
  t.clock.advance(500ms);

  CHECK(served.client.statuses() == "200");
  CHECK(served.client.ended());
}

TEST_CASE("the time between two requests begins anew with each response, not with the first") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send(get("/"));
  t.clock.advance(10s);
  served.client.send(get("/"));
  t.clock.advance(15s);
  CHECK_FALSE(served.client.closed());
  t.clock.advance(500ms);

  CHECK(served.client.statuses() == "200 200");
  CHECK(served.client.ended());
}

TEST_CASE("a client that waits for its response is not idle") {
  Fixture t;
  std::vector<Promise<Response>> waiting;
  Routes routes = usual_routes();
  routes.get("/wait", [&](Request) { return waiting.emplace_back(t.loop).future(); });
  Served served(t, std::move(routes));

  served.client.send(get("/"));
  t.clock.advance(10s);
  served.client.send(get("/wait"));
  t.clock.advance(1h);
  CHECK_FALSE(served.client.closed());
  std::move(waiting.at(0)).set_value(Response());
  t.clock.advance(15s);
  CHECK_FALSE(served.client.closed());
  t.clock.advance(500ms);

  CHECK(served.client.ended());
}

TEST_CASE("a client that asks again in time may do so for ever") {  // 69
  Fixture t;
  Served served(t, usual_routes());

  std::size_t asked = 0;
  while (asked < 50 && !served.client.closed()) {
    served.client.send(get("/"));
    t.clock.advance(14s);
    ++asked;
  }

  CHECK(asked == 50);
  CHECK(served.client.answers().size() == 50);
}

TEST_CASE("sixteen unanswered requests are read, no more") {  // 68
  Fixture t;
  std::vector<Promise<Response>> waiting;
  Routes routes;
  routes.get("/", [&](Request) { return waiting.emplace_back(t.loop).future(); });
  Served served(t, routes);
  std::string many;
  while (many.size() < 10'000)
    many += get("/");
  const std::size_t sent = many.size() / get("/").size();

  served.client.send(many);
  CHECK(waiting.size() == 16);
  std::move(waiting[1]).set_value(Response());
  t.run_until_idle();
  CHECK(waiting.size() == 16);
  std::move(waiting[0]).set_value(Response());
  t.run_until_idle();
  CHECK(waiting.size() == 18);
  for (std::size_t i = 2; i < waiting.size(); ++i) {
    std::move(waiting[i]).set_value(Response());
    t.run_until_idle();
  }

  CHECK(served.client.answers().size() == sent);
}

TEST_CASE("thousands of pipelined requests are all answered") {  // 68
  Fixture t;
  Served served(t, usual_routes());
  std::string many;
  while (many.size() < 10'000 * get("/").size())
    many += get("/");

  served.client.send(many);

  CHECK(served.client.answers().size() == 10'000);
}

TEST_CASE("a refused client may still send for a while, so that it sees its answer") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("garbage\r\n\r\n");
  served.client.send(std::string(100'000, 'x'));
  CHECK(served.client.statuses() == "400");
  CHECK_FALSE(served.client.lost());
  CHECK(served.server.connections() == 1);
  t.clock.advance(2500ms);

  CHECK(served.server.connections() == 0);
}

TEST_CASE("a refused client that sends too much is reset") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("garbage\r\n\r\n");
  served.client.send(std::string(400'000, 'x'));

  CHECK(served.client.statuses() == "400");
  CHECK(served.server.connections() == 0);
}

TEST_CASE("a refused client that ends is gone at once") {
  Fixture t;
  Served served(t, usual_routes());

  served.client.send("garbage\r\n\r\n");
  served.client.finish();

  CHECK(served.server.connections() == 0);
}

TEST_CASE("an idle connection holds no octets of its last request") {  // 67
  Fixture t;
  Served served(t, usual_routes());

  served.client.drip(get("/"));

  CHECK(served.client.statuses() == "200");
}
