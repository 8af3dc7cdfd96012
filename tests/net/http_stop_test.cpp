// SPDX-License-Identifier: MIT
//
// Requests that race with the end of their connection: at a stop, and at the idle limit.
#include <eddy/core/timer.hpp>
#include <eddy/core/wheel.hpp>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "client.hpp"

using namespace std::chrono_literals;
using namespace eddy;
using namespace eddy::http;
using namespace eddy::http::testing;
using namespace eddy::literals;

namespace {

constexpr Duration longer_than_last_call = 1s;

/// A server on a free port of the loopback interface.
struct Listening {
  explicit Listening(Fixture& t,
                     const Routes& routes = usual_routes(),
                     const ServerOptions& options = {})
      : fixture(t), server(*Server::create(t.loop, routes, options)) {
    server.listen(*Listener::bind(t.loop, "127.0.0.1:0"_addr));
  }

  Fixture& fixture;
  Server server;
};

/// A client of its own system calls, which the loop knows nothing of.
class KernelClient {
 public:
  explicit KernelClient(const Address& server)
      : descriptor_(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto* address = static_cast<const sockaddr*>(server.data());
    REQUIRE(::connect(descriptor_, address, static_cast<socklen_t>(server.size())) == 0);
  }
  KernelClient(const KernelClient&) = delete;
  KernelClient& operator=(const KernelClient&) = delete;
  ~KernelClient() { ::close(descriptor_); }

  void send(std::string_view octets) const {
    REQUIRE(::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL) > 0);
  }
  /// What has come, at most; empty at the end. A reset is "reset", nothing yet is "nothing".
  std::string read() const {
    std::string text(4096, '\0');
    const ssize_t size = ::recv(descriptor_, text.data(), text.size(), MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN ? "nothing" : "reset";
    text.resize(static_cast<std::size_t>(size));
    return text;
  }

 private:
  int descriptor_;
};

bool is_last_answer(const std::string& text) {
  return text.starts_with("HTTP/1.1 200 OK\r\n") &&
         text.find("\r\nConnection: close\r\n") != std::string::npos && text.ends_with("hello");
}

}  // namespace

TEST_CASE("a stop closes connections that are idle for long at once") {  // 229
  Fixture t;
  Served served(t, usual_routes());
  served.client.send(get("/"));
  t.clock.advance(longer_than_last_call);

  Future<void> stopped = served.server.stop(30s);

  CHECK(t.poll(stopped));
  CHECK(served.client.ended());
  CHECK(served.client.statuses() == "200");
}

TEST_CASE("a stop lets a connection that was just answered ask once more") {  // 66
  Fixture t;
  Served served(t, usual_routes());
  t.clock.advance(longer_than_last_call);
  served.client.send(get("/"));

  Future<void> stopped = served.server.stop(30s);
  CHECK_FALSE(t.poll(stopped));
  CHECK_FALSE(served.client.ended());
  served.client.send(get("/"));

  CHECK(served.client.statuses() == "200 200");
  CHECK(served.client.answers()[1].has("Connection: close\r\n"));
  CHECK(t.poll(stopped));
}

TEST_CASE("a connection that does not use its last call is closed") {
  Fixture t;
  Served served(t, usual_routes());
  served.client.send(get("/"));

  Future<void> stopped = served.server.stop(30s);
  t.clock.advance(ServerLimits().last_call - 1ms);
  CHECK_FALSE(served.client.ended());
  t.clock.advance(1ms);

  CHECK(served.client.ended());
  CHECK(stopped.ready());
}

TEST_CASE("without a last call idle connections are closed at once, however fresh") {
  Fixture t;
  ServerOptions options;
  options.limits.last_call = Duration::zero();
  Served served(t, usual_routes(), options);
  served.client.send(get("/"));

  Future<void> stopped = served.server.stop(30s);

  CHECK(t.poll(stopped));
  CHECK(served.client.ended());
}

TEST_CASE("a server may be destroyed while it waits for last calls") {
  Fixture t;
  std::optional<Server> server(*Server::create(t.loop, usual_routes()));
  auto [ours, theirs] = duplex(t.loop);
  server->serve(std::move(theirs));
  Client client(t, std::move(ours));
  Future<void> stopped = server->stop(30s);
  CHECK_FALSE(t.poll(stopped));

  server.reset();

  CHECK(t.poll(stopped));
  CHECK(client.lost());
}

TEST_CASE("a request that is in the kernel when the stop begins is answered") {  // 66, 229
  Fixture t;
  Listening listening(t);
  KernelClient client(listening.server.bound_address());
  client.send(get("/"));
  t.run_until_idle();
  CHECK(client.read().ends_with("hello"));
  t.clock.advance(longer_than_last_call);

  client.send(get("/"));
  Future<void> stopped = listening.server.stop(30s);

  CHECK(t.get(std::move(stopped)).has_value());
  CHECK(is_last_answer(client.read()));
  CHECK(client.read() == "");
}

TEST_CASE("a connection that nobody has accepted when the stop begins is served") {  // 229
  Fixture t;
  Listening listening(t);
  KernelClient client(listening.server.bound_address());
  client.send(get("/"));
  CHECK(listening.server.connections() == 0);

  Future<void> stopped = listening.server.stop(30s);

  CHECK(listening.server.bound_address() == Address());
  CHECK(t.get(std::move(stopped)).has_value());
  CHECK(is_last_answer(client.read()));
}

// In both of these cases the request comes within the turn that closes the connection.

TEST_CASE("a request that comes too late for a stop meets an end, not a reset") {  // 66
  Fixture t;
  Listening listening(t);
  KernelClient client(listening.server.bound_address());
  t.run_until_idle();
  CHECK(listening.server.connections() == 1);
  Timer just_before(t.loop, [&client] { client.send(get("/")); });
  just_before.start(ServerLimits().last_call);
  Future<void> stopped = listening.server.stop(30s);

  t.clock.advance(ServerLimits().last_call);

  CHECK(t.get(std::move(stopped)).has_value());
  CHECK(client.read() == "");
}

TEST_CASE("a request behind the last that a connection may have meets an end, not a reset") {
  Fixture t;
  ServerOptions options;
  options.limits.max_requests = 1;
  const KernelClient* asks_again = nullptr;
  Routes routes;
  routes.get("/", [&asks_again] {
    asks_again->send(get("/"));
    return Response::text("hello");
  });
  Listening listening(t, routes, options);
  const KernelClient client(listening.server.bound_address());
  asks_again = &client;

  client.send(get("/"));
  t.run_until_idle();

  CHECK(is_last_answer(client.read()));
  CHECK(client.read() == "");
}

TEST_CASE("a request that comes as the idle limit passes meets an end, not a reset") {  // 66
  Fixture t;
  Listening listening(t);
  KernelClient client(listening.server.bound_address());
  client.send(get("/"));
  t.run_until_idle();
  CHECK(client.read().ends_with("hello"));
  Timer just_before(t.loop, [&client] { client.send(get("/")); });
  just_before.start(ServerLimits().idle + Limit::tick);

  t.clock.advance(ServerLimits().idle + Limit::tick);

  CHECK(client.read() == "");
}
