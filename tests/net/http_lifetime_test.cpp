// SPDX-License-Identifier: MIT
//
// What happens to requests when a client goes, and when the server stops or is destroyed.
#include <eddy/core/promise.hpp>

#include <memory>
#include <optional>
#include <string>

#include "client.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;

namespace {

/// Counts its destructions, as a capture of a handler's work.
struct Death {
  explicit Death(int& count) : count_(&count) {}
  Death(Death&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  Death& operator=(Death&&) = delete;
  ~Death() {
    if (count_ != nullptr) ++*count_;
  }

 private:
  int* count_;
};

/// GET /slow takes a minute, and counts the deaths of its work; GET / is answered at once.
Routes slow_routes(Fixture& t, int& deaths) {
  Routes routes = usual_routes();
  routes.get("/slow", [&t, &deaths](Request) {
    return t.loop.sleep(60s).then(
        [death = Death(deaths)] { return Response::static_text("slow"); });
  });
  return routes;
}

/// How a server closes that has stopped.
ServerOptions dropping() {
  ServerOptions options;
  options.on_half_close = OnHalfClose::drop;
  return options;
}

}  // namespace

TEST_CASE("a reset drops the handler's work exactly once") {  // 76
  Fixture t;
  int deaths = 0;
  Served served(t, slow_routes(t, deaths));

  served.client.send(get("/slow"));
  CHECK(deaths == 0);
  served.client.vanish();

  CHECK(deaths == 1);
  CHECK(served.server.connections() == 0);
  CHECK(served.server.statistic().dropped.value() == 1);
}

TEST_CASE("a reset in a head or a body ends the connection") {  // 76
  Fixture t;
  Served head(t, usual_routes());
  Served body(t, usual_routes());

  head.client.send("GET / HT");
  body.client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
  head.client.vanish();
  body.client.vanish();

  CHECK(head.server.connections() == 0);
  CHECK(body.server.connections() == 0);
  CHECK(body.server.statistic().success.value() == 0);
}

TEST_CASE("a client that has stopped reading and vanishes is noticed by the next write") {  // 76
  Fixture t;
  Routes routes;
  std::vector<Promise<Response>> waiting;
  routes.get("/", [&](Request) { return waiting.emplace_back(t.loop).future(); });
  Served served(t, routes);
  std::string many;
  while (many.size() < 17 * get("/").size())
    many += get("/");

  served.client.send(many);
  served.client.vanish();
  std::move(waiting[0]).set_value(Response());
  t.run_until_idle();

  CHECK(served.server.connections() == 0);
}

TEST_CASE("a half-close after a request keeps the answer") {  // 77, 79
  Fixture t;
  int deaths = 0;
  Served served(t, slow_routes(t, deaths));

  served.client.send(get("/slow") + get("/"));
  served.client.finish();
  CHECK_FALSE(served.client.closed());
  t.clock.advance(60s);

  CHECK(served.client.statuses() == "200 200");
  CHECK(served.client.ended());
  CHECK(served.server.connections() == 0);
}

TEST_CASE("a half-close drops the work if the server is told so") {  // 79
  Fixture t;
  int deaths = 0;
  Served served(t, slow_routes(t, deaths), dropping());

  served.client.send(get("/slow"));
  served.client.finish();

  CHECK(deaths == 1);
  CHECK(served.client.closed());
}

TEST_CASE("pipelined requests behind the sixteenth survive a half-close") {
  Fixture t;
  Routes routes;
  routes.get("/", [&t](Request) { return t.loop.sleep(1s).then([] { return Response(); }); });
  Served served(t, routes);
  std::string many;
  while (many.size() < 40 * get("/").size())
    many += get("/");

  served.client.send(many);
  served.client.finish();
  t.clock.advance(3s);

  CHECK(served.client.answers().size() == 40);
  CHECK(served.server.connections() == 0);
}

TEST_CASE("the end of input in a head or a body is no success") {  // 78
  Fixture t;
  Served head(t, usual_routes());
  Served body(t, usual_routes());

  head.client.send(get("/") + "GET / HT").finish();
  body.client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf").finish();

  CHECK(head.client.statuses() == "200");
  CHECK(head.server.connections() == 0);
  CHECK(body.client.text().empty());
  CHECK(body.client.closed());
  CHECK(body.server.connections() == 0);
}

TEST_CASE("the end of input in a streamed body drops its handler") {  // 78
  Fixture t;
  int deaths = 0;
  Routes routes;
  routes.post("/", [&](Request, BodyReader body) {
    auto reader = std::make_unique<BodyReader>(std::move(body));
    Future<std::optional<std::string>> next = reader->next();
    return std::move(next)
        .then([death = Death(deaths)](std::optional<std::string>) { return Response(); })
        .attach(std::move(reader));
  });
  Served served(t, routes);

  served.client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n").finish();

  CHECK(deaths == 1);
  CHECK(served.client.text().empty());
  CHECK(served.client.closed());
}

TEST_CASE("a stop lets running requests end, and says that they are the last") {  // 229
  Fixture t;
  int deaths = 0;
  Served served(t, slow_routes(t, deaths));
  served.client.send(get("/slow") + get("/"));

  Future<void> stopped = served.server.stop(90s);
  CHECK_FALSE(t.poll(stopped));
  t.clock.advance(60s);

  CHECK(stopped.ready());
  CHECK(served.client.statuses() == "200 200");
  CHECK_FALSE(served.client.answers()[0].has("Connection: close"));
  CHECK(served.client.answers()[1].has("Connection: close\r\n"));
  CHECK(served.client.ended());
}

TEST_CASE("a stop lets a request end whose head is still coming") {
  Fixture t;
  Served served(t, usual_routes());
  served.client.send("GET / HTTP/1.1\r\n");

  Future<void> stopped = served.server.stop(30s);
  CHECK_FALSE(t.poll(stopped));
  served.client.send("Host: h\r\n\r\n");

  CHECK(served.client.answers().at(0).has("Connection: close\r\n"));
  CHECK(t.poll(stopped));
}

TEST_CASE("a stop resets what is left after its grace") {  // 230
  Fixture t;
  int deaths = 0;
  Served served(t, slow_routes(t, deaths));
  served.client.send(get("/slow"));

  Future<void> stopped = served.server.stop(30s);
  t.clock.advance(29s);
  CHECK_FALSE(stopped.ready());
  t.clock.advance(1s);

  CHECK(stopped.ready());
  CHECK(deaths == 1);
  CHECK(served.client.lost());
}

TEST_CASE("a server that stops takes no more connections") {
  Fixture t;
  Served served(t, usual_routes());
  std::ignore = served.server.stop(0s);

  Client late(t, served.connect());
  late.send(get("/"));

  CHECK(late.closed());
  CHECK(late.text().empty());
}

TEST_CASE("a server that is destroyed drops all work") {
  Fixture t;
  int deaths = 0;
  std::optional<Server> server(*Server::create(t.loop, slow_routes(t, deaths)));
  auto [ours, theirs] = duplex(t.loop);
  server->serve(std::move(theirs));
  Client client(t, std::move(ours));
  client.send(get("/slow") + get("/"));

  server.reset();
  t.run_until_idle();

  CHECK(deaths == 1);
  CHECK(client.closed());
}

TEST_CASE("a handler may destroy its server") {
  Fixture t;
  std::optional<Server> server;
  Routes routes;
  routes.get("/sync", [&](const Request& request) {
    server.reset();
    return Response::text(std::string(request.path()));
  });
  routes.get("/async", [&](Request request) {
    return t.loop.sleep(1s).then([&, request = std::move(request)] {
      server.reset();
      return Response::text(std::string(request.path()));
    });
  });
  server.emplace(*Server::create(t.loop, routes));
  auto [ours, theirs] = duplex(t.loop);
  server->serve(std::move(theirs));
  Client sync(t, std::move(ours));

  sync.send(get("/sync") + get("/sync"));

  CHECK(sync.closed());
  server.emplace(*Server::create(t.loop, routes));
  auto [mine, its] = duplex(t.loop);
  server->serve(std::move(its));
  Client async(t, std::move(mine));
  async.send(get("/async"));
  t.clock.advance(1s);
  CHECK(async.closed());
}

TEST_CASE("a work's destructor may destroy the server") {
  Fixture t;
  struct Bomb {
    explicit Bomb(std::optional<Server>& target) : server(&target) {}
    Bomb(Bomb&& other) noexcept : server(std::exchange(other.server, nullptr)) {}
    Bomb& operator=(Bomb&&) = delete;
    ~Bomb() {
      if (server != nullptr) server->reset();
    }
    std::optional<Server>* server;
  };
  std::optional<Server> server;
  Routes routes;
  routes.get("/", [&](Request) {
    return t.loop.sleep(60s).then([bomb = Bomb(server)] { return Response(); });
  });
  server.emplace(*Server::create(t.loop, routes));
  auto [ours, theirs] = duplex(t.loop);
  server->serve(std::move(theirs));
  Client client(t, std::move(ours));

  client.send(get("/") + get("/"));
  client.vanish();

  CHECK_FALSE(server.has_value());
}

TEST_CASE("a request may be kept longer than its server") {
  Fixture t;
  std::optional<Request> kept;
  Routes routes;
  routes.post("/p", [&](Request request) {
    kept.emplace(std::move(request));
    return ready_future(Response());
  });
  std::optional<Server> server(*Server::create(t.loop, routes));
  auto [ours, theirs] = duplex(t.loop);
  server->serve(std::move(theirs));
  Client client(t, std::move(ours));
  client.send(post("/p", "body"));

  server.reset();
  t.run_until_idle();

  CHECK(kept->path() == "/p");
  CHECK(kept->body() == "body");
}
