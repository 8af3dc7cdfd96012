// SPDX-License-Identifier: MIT
//
// The example 22_rpc over TCP: a server and a client that comes back.
#include <eddy/base/log.hpp>
#include <eddy/core/all.hpp>
#include <eddy/io/connect.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/testing/log_capture.hpp>

#include <optional>
#include <string>
#include <vector>

#include "22_rpc/client.hpp"
#include "22_rpc/server.hpp"
#include "rpc_kit.hpp"

using namespace rpc;
using namespace eddy::literals;
using namespace std::chrono_literals;
using eddy::ClientState;

namespace {

/// Calculates, and has a method for which it asks the client; another one never ends.
class Calculator final : public Server {
 public:
  using Server::Server;

  Methods methods(Peer& client) override {
    Methods methods = arithmetic();
    methods.add("greet", [&client](const Json&) {
      return client.call("name").then([](const Json& name) { return Json{"hello", name}; });
    });
    methods.add("wait", [this](const Json&) { return loop().sleep(1h, Json()); });
    return methods;
  }
};

class Ann final : public Client {
 public:
  using Client::Client;

  Methods methods(Peer& /*server*/) override {
    Methods methods;
    methods.add("name", [](const Json&) { return Json("ann"); });
    return methods;
  }
};

eddy::Supervisor::Options options() {
  eddy::Supervisor::Options chosen;
  chosen.signals = false;
  chosen.raise_file_limit = false;
  return chosen;
}

/// A server and its client, connected.
struct Served {
  explicit Served(Fixture& fixture)
      : t(fixture),
        supervisor(t.loop, options()),
        server(supervisor.add<Calculator>({.tcp = {.listen = "127.0.0.1:0"_addr, .linger = 0s}})) {
    CHECK(t.get(supervisor.start()));
    client.emplace(supervisor.add<Ann>({.tcp = {.to = server->bound_address(), .linger = 0s}}));
    CHECK(t.get(supervisor.start_services({*client})));
    CHECK(t.get((*client)->connected()));
  }
  ~Served() {
    Future<void> stopped = supervisor.stop();
    t.run_until_idle();  // its timers start
    t.advance(60s);
    CHECK(t.get(std::move(stopped)));
  }

  Result<Json> call(std::string method, Json params = {}) {
    return t.get(ann().call(std::move(method), std::move(params)));
  }
  Ann& ann() { return *client->get(); }

  Fixture& t;
  eddy::Supervisor supervisor;
  eddy::ServiceHandle<Calculator> server;
  std::optional<eddy::ServiceHandle<Ann>> client;
};

void await_state(Fixture& t, const Client& client, ClientState state) {
  eddy::WatchReader<ClientState> states = client.states();
  while (states.value() != state)
    REQUIRE(t.get(states.changed()).value().has_value());
}

/// The call number `i` of many, and whether what came of it is right.
Future<Json> mixed_call(Ann& ann, int i) {
  if (i % 3 == 0) return ann.call("multiply", {i, 2});
  if (i % 3 == 1) return ann.call("divide", {i, 0});
  return ann.call("echo", i);
}
Json mixed_answer(int i) {
  if (i % 3 == 0) return i * 2;
  return i % 3 == 1 ? Json("DivisionByZero") : Json(i);
}

}  // namespace

TEST_CASE("rpc example: a call over tcp") {
  Fixture t;
  Served served(t);

  CHECK(served.call("echo", "hello").value() == "hello");
}

TEST_CASE("rpc example: multiply") {
  Fixture t;
  Served served(t);

  CHECK(served.call("multiply", {100, 500}).value() == 50'000);
}

TEST_CASE("rpc example: a division by zero, then one that succeeds") {
  Fixture t;
  Served served(t);

  CHECK(type_of(served.call("divide", {1, 0})) == "DivisionByZero");
  CHECK(served.call("divide", {10, 5}).value() == 2);
}

TEST_CASE("rpc example: 200 mixed calls at a time, each with its own answer") {
  Fixture t;
  Served served(t);
  std::vector<Json> outcomes(200);
  std::vector<Json> expected(200);
  std::vector<Future<void>> calls;
  for (int i = 0; i < 200; ++i) {
    expected[static_cast<std::size_t>(i)] = mixed_answer(i);
    Json& outcome = outcomes[static_cast<std::size_t>(i)];
    calls.push_back(mixed_call(served.ann(), i).complete([&outcome](Result<Json>&& result) {
      outcome = result ? *result : Json(type_of(result));
    }));
  }

  CHECK(t.get(eddy::all(std::move(calls))));

  CHECK(outcomes == expected);
}

TEST_CASE("rpc example: a call from the server to the client") {
  Fixture t;
  Served served(t);

  CHECK(served.call("greet").value() == Json({"hello", "ann"}));
}

TEST_CASE("parity 12.3: calls that wait fail when the server stops") {
  Fixture t;
  Served served(t);
  auto call = served.ann().call("wait");
  CHECK_FALSE(t.poll(call));

  Future<void> stopped = served.supervisor.stop_services({served.server});
  t.run_until_idle();
  t.advance(2s);  // the server's drain
  CHECK(t.get(std::move(call)).error() == eddy::peer_gone);
  CHECK(t.get(std::move(stopped)));
}

TEST_CASE("a client fails its calls while it has no connection, and comes back") {
  Fixture t;
  eddy::Supervisor supervisor(t.loop, options());
  auto listener = eddy::Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  const eddy::ReconnectPolicy steady{.attempts = 0, .base = 1s, .jitter = 0};
  auto ann =
      supervisor.add<Ann>({.tcp = {.to = listener.local(), .reconnect = steady, .linger = 0s}});
  const eddy::Address address = listener.local();
  listener.close();
  CHECK(t.get(supervisor.start()));
  await_state(t, *ann.get(), ClientState::backoff);
  CHECK(t.get(ann->call("echo")).error() == Errc::closed);

  listener = eddy::Listener::bind(t.loop, address).value();
  t.advance(1s);
  CHECK(t.get(ann->connected()));
  auto call = ann->call("echo");
  t.get(listener.accept()).value().close();
  CHECK(t.get(std::move(call)).error() == eddy::peer_gone);
  await_state(t, *ann.get(), ClientState::backoff);
  CHECK(t.get(ann->call("echo")).error() == eddy::peer_gone);

  t.advance(2s);
  CHECK(t.get(ann->connected()));
  auto server = t.get(listener.accept()).value();
  call = ann->call("echo");
  CHECK(t.get(server.read_exactly(FrameReader::header_size)));
  CHECK_FALSE(call.ready());
  CHECK(t.get(supervisor.stop()));
  CHECK(t.get(std::move(call)).error() == Errc::closed);
}

TEST_CASE("garbage closes its connection with a line in the log, and no other one") {
  Fixture t;
  eddy::testing::LogCapture log;
  Served served(t);
  auto stranger = t.get(eddy::connect(t.loop, served.server->bound_address())).value();

  stranger.write("GET / HTTP/1.1\r\n\r\n");

  CHECK(t.get(stranger.read()).error() == eddy::peer_gone);
  log.expect(eddy::log::Level::error, "tcp client failed");
  CHECK(served.server->statistic().failed.value() == 1);
  CHECK(served.call("echo", 1).value() == 1);
}
