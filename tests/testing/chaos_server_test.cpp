// SPDX-License-Identifier: MIT
//
// The table of network faults for a TcpServer: what it owes its handlers and its other clients.
#include <eddy/core/repeat.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/tcp_server.hpp>

#include <string>
#include <utility>
#include <vector>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Gives each line back, and remembers how its handlers ended.
class Echo final : public TcpServer {
 public:
  using Config = TcpServer::Config;
  using TcpServer::TcpServer;

  Future<void> on_client(Stream& client) override {
    ++started;
    return repeat(loop(), [&client, this] { return answer(client); }).finally([this] { ++ended; });
  }

  int started = 0;
  int ended = 0;
  int lines = 0;
  std::size_t answer_size = 0;  // in place of the line, if it is not zero

 private:
  Future<Next> answer(Stream& client) {
    return client.read_line().then([this, &client](std::string line) {
      ++lines;
      client.write(answer_size == 0 ? line + "\n" : std::string(answer_size, 'x'));
      return client.drain().then([] { return Next::again; });
    });
  }
};

/// A supervisor with the server, and a proxy before it.
struct Served {
  explicit Served(Fixture& t, TcpServer::Config config = {.listen = "127.0.0.1:0"_addr})
      : fixture(t),
        supervisor(t.loop, options()),
        server(supervisor.add<Echo>(std::move(config))),
        proxy(started_proxy()) {}
  ~Served() {
    proxy.close();
    Future<void> stopped = supervisor.stop();
    fixture.run_until_idle();
    fixture.advance(60s);
    CHECK(fixture.get(std::move(stopped)).has_value());
  }

  TcpStream connect() { return fixture.get(proxy.create_client()).value(); }
  Result<std::string> ask(TcpStream& client, std::string_view line) {
    client.write(std::string(line) + "\n");
    return fixture.get(client.read_line());
  }
  void wait_for_open(std::int64_t count) {
    run_until(fixture, [this, count] { return server->statistic().open.value() == count; });
  }

  Fixture& fixture;
  Supervisor supervisor;
  ServiceHandle<Echo> server;
  TcpProxy proxy;

 private:
  static Supervisor::Options options() {
    Supervisor::Options chosen;
    chosen.signals = false;
    chosen.raise_file_limit = false;
    return chosen;
  }
  TcpProxy started_proxy() {
    CHECK(fixture.get(supervisor.start()).has_value());
    return TcpProxy::start(fixture.loop, server->bound_address(), {.max_held = 10'000}).value();
  }
};

}  // namespace

TEST_CASE("a reset by the network ends its handler once, and is no failure of it") {  // 76, 82
  Fixture t;
  Served served(t);
  TcpStream client = served.connect();
  CHECK(served.ask(client, "hello").value() == "hello");
  CHECK(served.server->ended == 0);

  served.proxy.reset();
  served.wait_for_open(0);

  CHECK(served.server->ended == 1);
  CHECK(served.server->statistic().failed.value() == 0);
  TcpStream next = served.connect();
  CHECK(served.ask(next, "next").value() == "next");
}

TEST_CASE("a line that the network cuts reaches no handler") {  // 78
  Fixture t;
  Served served(t);
  TcpStream client = served.connect();
  CHECK(served.ask(client, "hello").value() == "hello");
  served.proxy.cut_after(4, Cut::reset, ProxyDirection::client_to_server);

  client.write("never whole\n");
  served.wait_for_open(0);

  CHECK(served.server->lines == 1);
  CHECK(served.server->ended == 1);
}

TEST_CASE("clients that are half-closed by the network get their answer") {  // 77
  Fixture t;
  Served served(t);
  TcpStream client = served.connect();
  CHECK(served.ask(client, "hello").value() == "hello");
  served.proxy.latency(1s, ProxyDirection::client_to_server);
  client.write("last\n");
  const Counter& received = served.proxy.statistic().client_to_server.received;
  run_until(t, [&] { return received.value() == 11; });

  served.proxy.half_close(ProxyDirection::client_to_server);
  t.advance(1s);

  CHECK(t.get(client.read_line()).value() == "last");
  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
}

TEST_CASE("clients in a partition are ended by the idle limit, others are served") {  // 62
  Fixture t;
  Served served(t, {.listen = "127.0.0.1:0"_addr, .idle_limit = 10s});
  TcpStream lost = served.connect();
  CHECK(served.ask(lost, "hello").value() == "hello");
  served.proxy.partition(true);
  TcpStream direct = t.get(connect(t.loop, served.server->bound_address())).value();

  t.advance(9s);
  CHECK(served.ask(direct, "I am here").value() == "I am here");
  CHECK(served.server->ended == 0);
  t.advance(2s);

  served.wait_for_open(1);
  CHECK(served.server->statistic().timed_out.value() == 1);
  CHECK(served.ask(direct, "still").value() == "still");
}

TEST_CASE("a client whose network takes nothing is reset by the write limit") {  // 64, 65
  Fixture t;
  Served served(t);
  served.server->answer_size = 12'000'000;
  TcpStream client = served.connect();
  served.proxy.stall(ProxyDirection::server_to_client);
  client.write("a lot, please\n");
  run_until(t, [&] { return served.server->lines == 1; });

  t.advance(29s);
  CHECK(served.server->statistic().open.value() == 1);
  t.advance(10s);

  CHECK(served.server->statistic().open.value() == 0);
  CHECK(served.server->statistic().timed_out.value() == 1);
}

TEST_CASE("a client that gets one octet a second is served as long as it takes them") {  // 64
  Fixture t;
  Served served(t, {.listen = "127.0.0.1:0"_addr, .idle_limit = 10s});
  TcpStream client = served.connect();
  served.proxy.bandwidth(1);
  client.write("slow line\n");
  auto line = client.read_line();
  run_until(t, [&] { return served.proxy.statistic().client_to_server.received.value() == 10; });

  t.advance(5s);
  CHECK_FALSE(t.poll(line));
  t.advance(30s);

  CHECK(t.get(std::move(line)).value() == "slow line");
}

TEST_CASE("connections that vanish at once leave nothing behind") {  // 70
  Fixture t;
  Served served(t);
  served.proxy.cut_after(0);
  std::vector<Future<void>> clients;
  for (int client = 0; client < 100; ++client)
    clients.push_back(served.proxy.create_client().then([](TcpStream) {}).or_else([](Error&&) {}));

  run_until(t, [&] { return served.proxy.statistic().cut.value() == 100; });
  served.wait_for_open(0);
  run_until(t, [&] { return served.server->statistic().clients.value() >= 100; });

  CHECK(served.server->started == served.server->ended);
  CHECK(served.server->statistic().failed.value() == 0);
  served.proxy.cut_after(TcpProxy::never);
  TcpStream client = served.connect();
  CHECK(served.ask(client, "hello").value() == "hello");
}
