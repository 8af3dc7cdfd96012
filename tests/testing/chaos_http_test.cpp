// SPDX-License-Identifier: MIT
//
// The table of network faults for an HTTP server.
#include <eddy/core/promise.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "net/client.hpp"
#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace eddy::http;
using namespace std::chrono_literals;
using eddy::http::testing::Client;
using eddy::http::testing::get;
using eddy::http::testing::post;
using eddy::http::testing::usual_routes;

namespace {

/// A server behind a proxy.
struct Served {
  explicit Served(Fixture& t, const Routes& routes, const ServerOptions& options = {})
      : fixture(t), server(listening(t, routes, options)), proxy(before(t, server)) {}

  /// A client that is connected as far as the server.
  Client connect() {
    const std::int64_t open = server.statistic().open.value();
    Stream stream = fixture.get(proxy.create_client()).value();
    run_until(fixture, [this, open] { return server.statistic().open.value() == open + 1; });
    return Client(fixture, std::move(stream));
  }
  /// Runs until the proxy has so many octets of clients.
  void received(std::uint64_t count) {
    run_until(fixture, [this, count] {
      return proxy.statistic().client_to_server.received.value() == count;
    });
  }
  /// Runs until so many connections are left.
  void left(std::size_t count) {
    run_until(fixture, [this, count] { return server.connections() == count; });
  }

  Fixture& fixture;
  Server server;
  TcpProxy proxy;

 private:
  static Server listening(Fixture& t, const Routes& routes, const ServerOptions& options) {
    Server made = Server::create(t.loop, routes, options).value();
    made.listen(Listener::bind(t.loop, "127.0.0.1:0"_addr).value());
    return made;
  }
  static TcpProxy before(Fixture& t, const Server& server) {
    return TcpProxy::start(t.loop, server.bound_address(), {.max_held = 10'000}).value();
  }
};

/// Runs until `client` knows that no more comes.
void closed(Fixture& t, const Client& client) {
  run_until(t, [&client] { return client.closed(); });
}

/// GET / never answers, and counts how often it was dropped.
struct Endless {
  explicit Endless(Fixture& t) {
    routes.get("/", [this, &t](Request) {
      answer.emplace(t.loop);
      answer->on_abandoned([this] { ++dropped; });
      return answer->future();
    });
  }

  std::optional<Promise<Response>> answer;
  int dropped = 0;
  Routes routes;
};

}  // namespace

TEST_CASE("a request whose head or body is cut by a reset is never handled") {  // 76
  IoFixture t;
  Served served(t, usual_routes());
  Client in_head = served.connect();
  served.proxy.cut_after(20);
  in_head.send(get("/"));
  served.left(0);
  served.proxy.cut_after(70);
  Client in_body = served.connect();
  in_body.send(post("/echo", std::string(100, 'x')));
  served.left(0);

  closed(t, in_head);
  closed(t, in_body);
  CHECK(in_head.lost());
  CHECK(in_body.lost());
  CHECK(served.server.statistic().success.value() == 0);
}

TEST_CASE("a reset while the handler works drops its work exactly once") {  // 76
  IoFixture t;
  Endless endless(t);
  Served served(t, endless.routes);
  Client client = served.connect();
  client.send(get("/"));
  run_until(t, [&] { return endless.answer.has_value(); });
  CHECK(endless.dropped == 0);

  served.proxy.reset();
  served.left(0);

  CHECK(endless.dropped == 1);
  CHECK(served.server.statistic().dropped.value() == 1);
}

TEST_CASE("a head or a body that ends before its time is no success") {  // 78
  IoFixture t;
  Served served(t, usual_routes());
  served.proxy.cut_after(20, Cut::end, ProxyDirection::client_to_server);
  Client in_head = served.connect();
  in_head.send(get("/"));
  served.left(0);
  served.proxy.cut_after(70, Cut::end, ProxyDirection::client_to_server);
  Client in_body = served.connect();
  in_body.send(post("/echo", std::string(100, 'x')));
  served.left(0);

  closed(t, in_head);
  closed(t, in_body);
  CHECK(served.server.statistic().success.value() == 0);
}

TEST_CASE("a network that half-closes after the request still gets the answer") {  // 77, 79
  IoFixture t;
  Routes routes;
  routes.get("/", [&](Request) {
    return t.loop.sleep(10s).then([] { return Response::static_text("late"); });
  });
  Served served(t, routes);
  Client client = served.connect();
  client.send(get("/"));
  run_until(t, [&] { return served.server.statistic().running.value() == 1; });

  served.proxy.half_close(ProxyDirection::client_to_server);
  t.advance(9s);
  CHECK(client.text().empty());
  t.advance(1s);
  closed(t, client);

  CHECK(client.statuses() == "200");
}

TEST_CASE("a half-close drops the work of a server that is told so") {  // 79
  IoFixture t;
  Endless endless(t);
  Served served(t, endless.routes, {.on_half_close = OnHalfClose::drop});
  Client client = served.connect();
  client.send(get("/"));
  run_until(t, [&] { return endless.answer.has_value(); });

  served.proxy.half_close(ProxyDirection::client_to_server);
  served.left(0);

  CHECK(endless.dropped == 1);
}

TEST_CASE("a head that the network holds up is answered with 408") {  // 61
  IoFixture t;
  Served served(t, usual_routes());
  Client client = served.connect();
  client.send("GET / HTTP/1.1\r\n");
  run_until(t, [&] { return served.server.statistic().bytes_received.value() == 16; });
  served.proxy.stall(ProxyDirection::client_to_server);
  client.send("Host: h\r\n\r\n");
  served.received(27);

  t.advance(9s);
  CHECK_FALSE(client.closed());
  t.advance(2s);
  closed(t, client);

  CHECK(client.statuses() == "408");
}

TEST_CASE("a head of one octet a second is answered with 408") {  // 61
  IoFixture t;
  Served served(t, usual_routes());
  Client client = served.connect();
  served.proxy.bandwidth(1, ProxyDirection::client_to_server);
  client.send(get("/"));
  served.received(get("/").size());

  t.advance(9s);
  CHECK_FALSE(client.closed());
  t.advance(4s);
  closed(t, client);

  CHECK(client.statuses() == "408");
  CHECK(served.server.statistic().requests.value() == 0);
}

TEST_CASE("a body that the network holds up is answered with 408") {  // 63
  IoFixture t;
  Served served(t, usual_routes(), {.limits = {.body = 20s}});
  Client client = served.connect();
  const std::string request = post("/echo", std::string(100, 'x'));
  client.send(request.substr(0, request.size() - 50));
  run_until(t, [&] { return served.server.statistic().requests.value() == 1; });
  served.proxy.stall(ProxyDirection::client_to_server);
  client.send(request.substr(request.size() - 50));
  served.received(request.size());

  t.advance(19s);
  CHECK_FALSE(client.closed());
  t.advance(2s);
  closed(t, client);

  CHECK(client.statuses() == "408");
}

TEST_CASE("a client that the network keeps silent is closed without a word") {  // 62, 66
  IoFixture t;
  Served served(t, usual_routes());
  Client client = served.connect();
  client.send(get("/"));
  run_until(t, [&] { return client.statuses() == "200"; });
  served.proxy.partition(true);
  client.send(get("/"));

  t.advance(14s);
  CHECK(served.server.connections() == 1);
  t.advance(4s);
  CHECK(served.server.connections() == 0);
  served.proxy.partition(false);
  closed(t, client);

  CHECK(client.statuses() == "200");
}

TEST_CASE(
    "an answer that the network does not take is reset, and its memory is bounded") {  // 64, 65
  IoFixture t;
  Routes routes;
  routes.get("/", [] { return Response::text(std::string(12'000'000, 'x')); });  // NOLINT
  Served served(t, routes);
  Client client = served.connect();
  served.proxy.stall(ProxyDirection::server_to_client);
  client.send(get("/"));
  run_until(t, [&] { return served.server.statistic().success.value() == 1; });
  t.run_until_idle();

  t.advance(29s);
  CHECK(served.server.connections() == 1);
  t.advance(10s);

  CHECK(served.server.connections() == 0);
  CHECK(served.server.statistic().timed_out.value() == 1);
}

TEST_CASE("pipelined requests over a network of changing delay are answered in order") {
  IoFixture t;
  Served served(t, usual_routes());
  served.proxy.latency(Latency::uniform(1ms, 100ms));
  Client client = served.connect();
  std::string expected;
  for (int request = 0; request < 10; ++request) {
    client.send(get("/path/" + std::to_string(request)));
    expected += "/path/" + std::to_string(request);
    t.advance(7ms);
  }

  t.advance(1s);
  served.proxy.latency({});
  run_until(t, [&] { return client.answers().size() == 10; });

  std::string bodies;
  for (const auto& answer : client.answers())
    bodies += answer.body;
  CHECK(bodies == expected);
}

TEST_CASE("corrupted requests are answered or refused, and never crash the server") {
  IoFixture t;
  Served served(t, usual_routes());
  // The length may be wrong (none, 413), the path (404), the method (405, 501), the version (505).
  const std::set<int> known = {200, 400, 404, 405, 413, 501, 505};
  std::set<int> statuses;
  served.proxy.corrupt(0.02, ProxyDirection::client_to_server);

  for (int request = 0; request < 200; ++request) {
    Client client = served.connect();
    client.send(post("/echo", "a body of some octets"));
    t.run_until_idle();
    served.proxy.half_close(ProxyDirection::client_to_server);
    served.left(0);
    for (const auto& answer : client.answers())
      statuses.insert(answer.status);
  }

  CHECK(statuses.count(200) == 1);
  CHECK(statuses.count(400) == 1);
  CHECK(std::includes(known.begin(), known.end(), statuses.begin(), statuses.end()));
  CHECK(served.server.statistic().failed.value() == 0);
}
