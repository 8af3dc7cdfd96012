// SPDX-License-Identifier: MIT
//
// The example 22_rpc over UDP.
#include <eddy/core/all.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/testing/log_capture.hpp>

#include <optional>
#include <string>
#include <vector>

#include "22_rpc/udp_client.hpp"
#include "22_rpc/udp_server.hpp"
#include "rpc_kit.hpp"

using namespace rpc;
using namespace eddy::literals;
using namespace std::chrono_literals;
using eddy::Datagram;
using eddy::UdpSocket;

namespace {

class Calculator final : public UdpServer {
 public:
  using UdpServer::UdpServer;

  Methods methods() override {
    Methods methods = arithmetic();
    methods.add("large", [](const Json&) { return Json(std::string(100'000, 'x')); });
    return methods;
  }
};

eddy::Supervisor::Options options() {
  eddy::Supervisor::Options chosen;
  chosen.signals = false;
  chosen.raise_file_limit = false;
  return chosen;
}

/// A server and who asks it.
struct Served {
  explicit Served(Fixture& fixture)
      : t(fixture),
        supervisor(t.loop, options()),
        server(supervisor.add<Calculator>({.udp = {.listen = "127.0.0.1:0"_addr}})) {
    CHECK(t.get(supervisor.start()));
    client.emplace(t.loop, UdpSocket::connect(t.loop, server->bound_address()).value());
  }
  ~Served() {
    Future<void> stopped = supervisor.stop();
    t.run_until_idle();  // its timers start
    t.advance(60s);
    CHECK(t.get(std::move(stopped)));
  }

  Result<Json> call(std::string method, Json params = {}) {
    return t.get(client->call(std::move(method), std::move(params)));
  }

  Fixture& t;
  eddy::Supervisor supervisor;
  eddy::ServiceHandle<Calculator> server;
  std::optional<UdpClient> client;
};

/// A client, and a socket that the test answers from.
struct Asker {
  explicit Asker(Fixture& fixture, const UdpClient::Options& options = {})
      : t(fixture),
        other(UdpSocket::bind(t.loop, "127.0.0.1:0"_addr).value()),
        client(t.loop, UdpSocket::connect(t.loop, other.local()).value(), options) {}

  /// The number of the next request.
  std::uint64_t received() {
    Datagram datagram = t.get(other.receive()).value();
    peer = datagram.peer;
    return std::get<Request>(decode(datagram.bytes).value()).id;
  }
  void respond(std::uint64_t id, Json result) {
    CHECK(other.send_to(peer, encode(Response{id, std::move(result)})));
  }

  Fixture& t;
  UdpSocket other;
  UdpClient client;
  eddy::Address peer;
};

}  // namespace

TEST_CASE("rpc example: a call over udp") {
  Fixture t;
  Served served(t);

  CHECK(served.call("echo", "hello").value() == "hello");
}

TEST_CASE("rpc example: multiply over udp") {
  Fixture t;
  Served served(t);

  CHECK(served.call("multiply", {100, 500}).value() == 50'000);
}

TEST_CASE("rpc example: a division by zero over udp, then one that succeeds") {
  Fixture t;
  Served served(t);

  CHECK(type_of(served.call("divide", {1, 0})) == "DivisionByZero");
  CHECK(served.call("divide", {10, 5}).value() == 2);
}

TEST_CASE("rpc example: many calls over udp at a time, each with its own answer") {
  Fixture t;
  Served served(t);
  std::vector<Future<Json>> calls;
  for (int i = 0; i < 100; ++i)
    calls.push_back(served.client->call("multiply", {i, 2}));

  const auto products = t.get(eddy::all(std::move(calls))).value();

  CHECK(products.size() == 100);
  CHECK(products[7] == 14);
  CHECK(products[99] == 198);
}

TEST_CASE("parity 12.3: over udp too null, false, 0 and what is empty are results") {
  Fixture t;
  Served served(t);

  CHECK(served.call("echo", nullptr).value().is_null());
  CHECK(served.call("echo", false).value() == false);
  CHECK(served.call("echo", 0).value() == 0);
  CHECK(served.call("echo", "").value() == "");
  CHECK(served.call("echo", Json::array()).value() == Json::array());
}

TEST_CASE("a call whose answer is lost fails after five seconds, and is forgotten") {
  Fixture t;
  Asker asker(t);
  auto call = asker.client.call("one");
  const std::uint64_t id = asker.received();
  t.advance(5s - 1ns);
  CHECK_FALSE(t.poll(call));

  t.advance(1ns);

  CHECK(t.get(std::move(call)).error() == Errc::timed_out);
  CHECK(asker.client.waiting_calls() == 0);
  asker.respond(id, "late");
  auto next = asker.client.call("two");
  asker.respond(asker.received(), "in time");
  CHECK(t.get(std::move(next)).value() == "in time");
  CHECK(asker.client.statistic().unknown_responses == 1);
}

TEST_CASE("answers over udp may be doubled and change their places") {
  Fixture t;
  Asker asker(t);
  auto first = asker.client.call("one");
  auto second = asker.client.call("two");
  const std::uint64_t first_id = asker.received();
  const std::uint64_t second_id = asker.received();

  asker.respond(second_id, 2);
  asker.respond(second_id, 2);
  asker.respond(first_id, 1);

  CHECK(t.get(std::move(first)).value() == 1);
  CHECK(t.get(std::move(second)).value() == 2);
  CHECK(asker.client.statistic().unknown_responses == 1);
}

TEST_CASE("what is no response is counted, and the call still waits for one") {
  Fixture t;
  Asker asker(t);
  auto call = asker.client.call("one");
  const std::uint64_t id = asker.received();

  CHECK(asker.other.send_to(asker.peer, ""));
  CHECK(asker.other.send_to(asker.peer, "\xc1"));
  CHECK(asker.other.send_to(asker.peer, encode(Request{id, "m", {}})));
  asker.respond(id, 1);

  CHECK(t.get(std::move(call)).value() == 1);
  CHECK(asker.client.statistic().malformed == 3);
}

TEST_CASE("calls to a host where nobody listens fail at once") {
  Fixture t;
  Asker asker(t);
  asker.other.close();

  auto call = asker.client.call("one");

  CHECK(t.get(std::move(call)).error() == std::errc::connection_refused);
  CHECK(asker.client.waiting_calls() == 0);
}

TEST_CASE("a call that hears of the refusal of an earlier one fails that, too") {
  Fixture t;
  const eddy::Address nobody = UdpSocket::bind(t.loop, "127.0.0.1:0"_addr).value().local();
  UdpClient client(t.loop, UdpSocket::connect(t.loop, nobody).value());
  Future<Json> call = client.call("echo");

  Future<Json> next = client.call("echo");  // the kernel tells whoever asks first

  CHECK(t.get(std::move(next)).error() == std::errc::connection_refused);
  REQUIRE(t.poll(call));
  CHECK(t.get(std::move(call)).error() == std::errc::connection_refused);
  CHECK(client.waiting_calls() == 0);
}

TEST_CASE("of the calls over udp only so many wait, and all fail with their client") {
  Fixture t;
  std::optional<Asker> asker(std::in_place, t, UdpClient::Options{.calls = 1});
  auto first = asker->client.call("one");
  CHECK(t.get(asker->client.call("two")).error() == Errc::overloaded);
  CHECK_FALSE(t.poll(first));

  asker.reset();

  CHECK(t.get(std::move(first)).error() == Errc::closed);
}

TEST_CASE("what does not fit into a datagram is an error of its call, on either way") {
  Fixture t;
  Served served(t);

  CHECK(served.call("echo", std::string(100'000, 'x')).error() == std::errc::message_size);
  CHECK(served.client->waiting_calls() == 0);
  CHECK(type_of(served.call("large")) == "TooLarge");
}

TEST_CASE("datagrams that are no requests are counted by the server, and hurt nobody else") {
  Fixture t;
  const eddy::testing::LogCapture log;
  Served served(t);
  auto stranger = UdpSocket::connect(t.loop, served.server->bound_address()).value();

  CHECK(stranger.send("\xc1"));
  CHECK(stranger.send(std::string(10'000, '\x91')));
  CHECK(stranger.send(encode(Response{1, 2})));
  CHECK(served.call("echo", 1).value() == 1);

  CHECK(served.server->statistic().failed.value() == 3);
}
