// SPDX-License-Identifier: MIT
//
// What only the kernel can do: real sockets, resets and half-closes.
#include <eddy/base/log_writer.hpp>
#include <eddy/core/promise.hpp>
#include <eddy/io/connect.hpp>

#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include "client.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;
using namespace eddy::literals;

namespace {

/// A server on a free port of the loopback interface.
struct Listening {
  Listening(Fixture& t, const Routes& routes, const ServerOptions& options = {})
      : fixture(t), server(*Server::create(t.loop, routes, options)) {
    server.listen(*Listener::bind(t.loop, "127.0.0.1:0"_addr));
  }
  TcpStream connect() { return *fixture.get(eddy::connect(fixture.loop, server.bound_address())); }
  /// Runs until so many connections are left.
  void wait_for_connections(std::size_t count) {
    while (server.connections() != count)
      fixture.loop.turn(true);
  }

  Fixture& fixture;
  Server server;
};

/// What was written to a pipe.
std::string drain(int descriptor) {
  std::string text(64 * 1024, '\0');
  const ssize_t size = read(descriptor, text.data(), text.size());
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text;
}

}  // namespace

TEST_CASE("a reset of the kernel drops the handler exactly once") {  // 76
  Fixture t;
  int dropped = 0;
  std::optional<Promise<Response>> answer;
  Routes routes;
  routes.get("/", [&](Request) {
    answer.emplace(t.loop);
    answer->on_abandoned([&] { ++dropped; });
    return answer->future();
  });
  Listening server(t, routes);
  TcpStream client = server.connect();
  client.write(get("/"));
  t.run_until_idle();
  CHECK(dropped == 0);

  client.reset();
  server.wait_for_connections(0);

  CHECK(dropped == 1);
  CHECK(server.server.statistic().dropped.value() == 1);
}

TEST_CASE("a half-close of the kernel keeps the answer") {  // 77
  Fixture t;
  Routes routes;
  routes.get("/", [&](Request) {
    return t.loop.sleep(10s).then([] { return Response::static_text("late"); });
  });
  Listening server(t, routes);
  TcpStream client = server.connect();
  client.write(get("/"));
  CHECK(t.get(client.shutdown()).has_value());
  t.run_until_idle();

  t.clock.advance(10s);

  CHECK(t.get(client.read_until("late"))->starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  server.wait_for_connections(0);
}

TEST_CASE("the end of a body before its time is no success") {  // 78
  Fixture t;
  Listening server(t, usual_routes());
  TcpStream client = server.connect();
  client.write("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
  CHECK(t.get(client.shutdown()).has_value());

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  CHECK(server.server.statistic().success.value() == 0);
  server.wait_for_connections(0);
}

TEST_CASE("a request knows the address of its client") {
  Fixture t;
  Routes routes;
  routes.get("/", [](const Request& request) {
    return Response::text(request.peer().to_string() + "\n");
  });
  Listening server(t, routes);
  TcpStream client = server.connect();
  client.write(get("/"));

  CHECK(t.get(client.read_until("\r\n\r\n")).has_value());
  CHECK(*t.get(client.read_line()) == client.local().to_string());
}

TEST_CASE("a refused upload gets its answer, not a reset") {  // 25
  Fixture t;
  Listening server(t, usual_routes());
  TcpStream client = server.connect();
  client.write("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n" +
               std::string(100'000, 'x'));

  CHECK(*t.get(client.read_line()) == "HTTP/1.1 413 Content Too Large");
  client.write(std::string(50'000, 'x'));
  CHECK(t.get(client.read_until("\r\n\r\n")).has_value());
}

TEST_CASE("connections that end at once leave nothing behind") {  // 70
  Fixture t;
  Listening server(t, usual_routes());

  for (int i = 0; i < 300; ++i)
    server.connect().reset();
  t.run_until_idle();
  server.wait_for_connections(0);

  CHECK(server.server.statistic().open.value() == 0);
  TcpStream next = server.connect();
  next.write(get("/"));
  CHECK(*t.get(next.read_line()) == "HTTP/1.1 200 OK");
}

TEST_CASE("the number in a 500 is that of the log line, which has the error") {  // 203
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  Fixture t;
  Routes routes;
  routes.get("/", []() -> Response { throw std::runtime_error("told to nobody"); });
  Served served(t, routes);
  log::Writer writer({.format = log::Format::plain, .output = ends[1]});

  served.client.send(get("/"));
  REQUIRE(writer.flush(5s));

  const std::string body = served.client.answers().at(0).body;
  const std::string id = body.substr(body.find_last_of(' ') + 1, 16);
  const std::string line = drain(ends[0]);
  CHECK(line.find("id=" + id) != std::string::npos);
  CHECK(line.find("told to nobody") != std::string::npos);
  CHECK(body.find("told to nobody") == std::string::npos);
  close(ends[0]);
  close(ends[1]);
}
