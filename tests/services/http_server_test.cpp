// SPDX-License-Identifier: MIT
#include <eddy/services/http_server.hpp>

#include <eddy/io/connect.hpp>
#include <eddy/io/descriptor_share.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/testing/fixture.hpp>
#include <eddy/testing/log_capture.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../io/descriptor_limit.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::literals;
using http::Request;
using http::Response;

namespace {

Supervisor::Options quiet() {
  Supervisor::Options options;
  options.signals = false;
  options.raise_file_limit = false;
  return options;
}

http::Routes routes(testing::Fixture& t) {
  http::Routes list;
  list.get("/", [] { return Response::static_text("hello"); });
  list.get("/slow", [&t](Request) {
    return t.loop.sleep(20s).then([] { return Response::static_text("slow"); });
  });
  return list;
}

/// A supervisor with one server on a free port of the loopback interface.
struct Served {
  explicit Served(testing::Fixture& t, std::size_t max_connections = 100)
      : fixture(t),
        supervisor(t.loop, quiet()),
        server(supervisor.add<HttpServer>({.listen = "127.0.0.1:0"_addr,
                                           .routes = routes(t),
                                           .max_connections = max_connections})) {
    CHECK(t.get(supervisor.start()).has_value());
  }
  ~Served() {
    Future<void> stopped = supervisor.stop();
    fixture.clock.advance(60s);
    CHECK(fixture.get(std::move(stopped)).has_value());
  }

  TcpStream connect() { return *fixture.get(eddy::connect(fixture.loop, server->bound_address())); }
  /// Asks for `path` and gives the status line.
  std::string ask(TcpStream& client, const std::string& path) {
    client.write("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    return *fixture.get(client.read_line());
  }

  testing::Fixture& fixture;
  Supervisor supervisor;
  ServiceHandle<HttpServer> server;
};

}  // namespace

TEST_CASE("an http server answers on its port") {
  testing::Fixture t;
  Served served(t);
  TcpStream client = served.connect();

  CHECK(served.ask(client, "/") == "HTTP/1.1 200 OK");
  CHECK(served.server->statistic().requests.value() == 1);
  CHECK(served.server->bound_address().port() != 0);
}

TEST_CASE("an http server answers on a Unix socket") {
  testing::Fixture t;
  Supervisor supervisor(t.loop, quiet());
  supervisor.add<HttpServer>({.listen = "unix:@eddy-http-service"_addr, .routes = routes(t)});
  CHECK(t.get(supervisor.start()).has_value());
  TcpStream client = *t.get(connect(t.loop, "unix:@eddy-http-service"_addr));

  client.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  CHECK(*t.get(client.read_line()) == "HTTP/1.1 200 OK");
  client.close();
  CHECK(t.get(supervisor.stop()).has_value());
}

TEST_CASE("at the limit of connections an http client waits for another to go") {
  testing::Fixture t;
  testing::LogCapture log;
  Served served(t, 1);
  TcpStream first = served.connect();
  CHECK(served.ask(first, "/") == "HTTP/1.1 200 OK");
  TcpStream second = served.connect();
  second.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Future<std::string> answer = second.read_line();
  CHECK_FALSE(t.poll(answer));
  CHECK(served.server->statistic().reached_connection_limit.value() == 1);
  log.expect(log::Level::warning, "http server is full, newcomers have to wait", {{"count", 1U}});

  first.close();

  CHECK(*t.get(std::move(answer)) == "HTTP/1.1 200 OK");
}

TEST_CASE("an http server leaves a fifth of the descriptors to the program") {
  testing::Fixture t;
  std::optional<testing::DescriptorLimit> few(20);
  const std::size_t share = descriptor_share();
  Served served(t);
  few.reset();
  std::vector<TcpStream> clients;
  while (clients.size() < share)
    clients.push_back(served.connect());
  CHECK(served.ask(clients.back(), "/") == "HTTP/1.1 200 OK");
  TcpStream next = served.connect();
  next.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Future<std::string> answer = next.read_line();
  CHECK_FALSE(t.poll(answer));

  clients.front().close();

  CHECK(*t.get(std::move(answer)) == "HTTP/1.1 200 OK");
}

TEST_CASE("a stop of the service lets running requests end") {  // 229
  testing::Fixture t;
  Served served(t);
  TcpStream idle = served.connect();
  CHECK(served.ask(idle, "/") == "HTTP/1.1 200 OK");
  TcpStream busy = served.connect();
  busy.write("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  t.run_until_idle();

  Future<void> stopped = served.supervisor.stop();
  CHECK_FALSE(t.poll(stopped));
  Future<std::string> head = busy.read_until("\r\n\r\n");
  t.clock.advance(20s);

  CHECK(t.get(std::move(head))->find("Connection: close\r\n") != std::string::npos);
  CHECK(t.get(std::move(stopped)).has_value());
}

TEST_CASE("a request that outlasts the grace of the stop is reset") {  // 230
  testing::Fixture t;
  Supervisor supervisor(t.loop, quiet());
  http::Routes list;
  list.get("/", [&t](Request) { return t.loop.sleep(1h).then([] { return Response(); }); });
  auto server = supervisor.add<HttpServer>({.listen = "127.0.0.1:0"_addr, .routes = list});
  CHECK(t.get(supervisor.start()).has_value());
  TcpStream client = *t.get(connect(t.loop, server->bound_address()));
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  t.run_until_idle();

  Future<void> stopped = supervisor.stop();
  t.clock.advance(28s);

  CHECK(t.get(std::move(stopped)).has_value());
  CHECK(t.get(client.read()).error() == std::errc::connection_reset);
}

TEST_CASE("an http server's configuration is checked, its routes included") {
  http::Routes bad;
  bad.get("no-slash", [] { return Response(); });
  const HttpServer::Config config{.listen = Address(), .routes = bad, .max_connections = 0};

  const std::vector<std::string> complaints = config.validate();

  REQUIRE(complaints.size() == 3);
  CHECK(complaints[2].find("no-slash") != std::string::npos);
}

TEST_CASE("the numbers of an http server are listed under its name") {
  testing::Fixture t;
  Statistics statistics;
  Supervisor supervisor(t.loop, quiet());
  supervisor
      .add<HttpServer>(
          {.listen = "127.0.0.1:0"_addr, .routes = routes(t), .statistics = &statistics})
      .name("api");
  struct Owners final : StatisticVisitor {
    void visit(std::string_view owner, std::string_view, const Counter&) override { last = owner; }
    void visit(std::string_view owner, std::string_view, const Gauge&) override { last = owner; }
    void visit(std::string_view owner, std::string_view, const Histogram&) override {
      last = owner;
    }
    std::string last;
  } owners;

  CHECK(t.get(supervisor.start()).has_value());
  statistics.visit(owners);

  CHECK(owners.last == "api");
  CHECK(t.get(supervisor.stop()).has_value());
}
