// SPDX-License-Identifier: MIT
//
// Robust clients and their servers when the network does harm: the connection comes back, and
// nothing is left of the one before. With and without TLS.
#include <eddy/core/repeat.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/robust_tcp_client.hpp>
#include <eddy/services/robust_tls_client.hpp>
#include <eddy/services/tcp_server.hpp>
#include <eddy/services/tls_server.hpp>

#include <string>
#include <utility>

#include "io/tls_kit.hpp"
#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Gives each line back.
template <class Server, class AnyStream>
class Echo final : public Server {
 public:
  using Config = typename Server::Config;
  using Server::Server;

  Future<void> on_client(AnyStream& client) override {
    return repeat(this->loop(), [&client] {
      return client.read_line().then([&client](const std::string& line) {
        client.write(line + "\n");
        return Next::again;
      });
    });
  }
};

/// Asks once for each connection, and stays until that ends.
template <class Client>
class Asker final : public Client {
 public:
  using Config = typename Client::Config;
  using Client::Client;

  Future<void> on_connection(Stream& server) override {
    server.write("hello\n");
    return server.read_line()
        .then([this, &server](const std::string& line) {
          answers += line == "hello" ? 1 : 0;
          return server.read();
        })
        .then([](const std::string&) {})
        .finally([this] { ++ended; });
  }

  int answers = 0;
  int ended = 0;
};

struct Plain {
  using Server = Echo<TcpServer, Stream>;
  using Client = Asker<RobustTcpClient>;

  static Server::Config server() { return {.listen = Address::parse("127.0.0.1:0").value()}; }
  static Client::Config client(const Address& to) { return {.to = to}; }
};

struct Secured {
  using Server = Echo<TlsServer, TlsStream>;
  using Client = Asker<RobustTlsClient>;

  static Server::Config server() {
    return {.listen = Address::parse("127.0.0.1:0").value(), .tls = server_options()};
  }
  static Client::Config client(const Address& to) { return {.to = to, .tls = client_options()}; }
};

/// A server that is up, a proxy before it, and a client that is started by the test.
template <class Kind>
struct Both {
  explicit Both(Fixture& t)
      : fixture(t),
        supervisor(t.loop, quiet()),
        others(t.loop, quiet()),
        server(supervisor.add<typename Kind::Server>(Kind::server())),
        proxy(started_proxy()),
        client(others.add<typename Kind::Client>(client_config())) {}
  ~Both() {
    proxy.close();
    for (Supervisor* each : {&others, &supervisor}) {
      Future<void> stopped = each->stop();
      fixture.run_until_idle();
      fixture.advance(60s);
      CHECK(fixture.get(std::move(stopped)));
    }
  }
  static Supervisor::Options quiet() {
    Supervisor::Options chosen;
    chosen.signals = false;
    chosen.raise_file_limit = false;
    return chosen;
  }

  void start() { CHECK(fixture.get(others.start())); }
  void await_answers(int count) {
    run_until(fixture, [this, count] { return client->answers == count; });
  }
  void await_backoff() {
    run_until(fixture, [this] { return client->state() == ClientState::backoff; });
  }
  /// The next connection, after a pause of any length.
  void comes_back(int answers) {
    fixture.advance(4s);
    await_answers(answers);
    run_until(fixture, [this] { return server->statistic().open.value() == 1; });
  }

  Fixture& fixture;
  Supervisor supervisor;
  Supervisor others;
  ServiceHandle<typename Kind::Server> server;
  TcpProxy proxy;
  ServiceHandle<typename Kind::Client> client;

 private:
  TcpProxy started_proxy() {
    CHECK(fixture.get(supervisor.start()));
    return TcpProxy::start(fixture.loop, server->bound_address()).value();
  }
  typename Kind::Client::Config client_config() const {
    auto config = Kind::client(proxy.address());
    config.reconnect = {.attempts = 0, .base = 1s, .max = 4s, .jitter = 0};
    config.idle_limit = 10s;
    return config;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("a robust client comes back after a reset, as often as there is one",
                   Kind,
                   Plain,
                   Secured) {
  IoFixture t;
  Both<Kind> both(t);
  both.start();
  both.await_answers(1);

  both.proxy.reset();
  both.await_backoff();
  CHECK(both.client->ended == 1);
  both.comes_back(2);
  both.proxy.reset();
  both.await_backoff();
  both.comes_back(3);

  CHECK(both.client->ended == 2);
  CHECK(both.client->statistic().failed.value() == 0);
  CHECK(both.server->statistic().failed.value() == 0);
}

TEST_CASE_TEMPLATE("connections that are cut in their first octets are followed by others",
                   Kind,
                   Plain,
                   Secured) {
  IoFixture t;
  Both<Kind> both(t);
  both.proxy.cut_after(3, Cut::reset, ProxyDirection::client_to_server);
  both.start();
  both.await_backoff();
  t.advance(1s);
  both.await_backoff();
  CHECK(both.client->answers == 0);

  both.proxy.cut_after(TcpProxy::never);

  both.comes_back(1);
}

TEST_CASE_TEMPLATE("a network that refuses for a while delays a robust client",
                   Kind,
                   Plain,
                   Secured) {
  IoFixture t;
  Both<Kind> both(t);
  both.proxy.refuse(Refusal::closed);
  both.start();
  both.await_backoff();
  CHECK(both.client->statistic().failed_attempts.value() == 1);

  both.proxy.refuse(Refusal::none);

  both.comes_back(1);
}

TEST_CASE_TEMPLATE("a robust client leaves a connection in a partition, and comes back after it",
                   Kind,
                   Plain,
                   Secured) {
  IoFixture t;
  Both<Kind> both(t);
  both.start();
  both.await_answers(1);
  both.proxy.partition(true);
  t.advance(9s);
  CHECK(both.client->state() == ClientState::connected);

  t.advance(2s);
  CHECK(both.client->ended == 1);
  both.proxy.partition(false);

  both.comes_back(2);
}

TEST_CASE_TEMPLATE("a robust client that begins in a partition is connected after it",
                   Kind,
                   Plain,
                   Secured) {
  IoFixture t;
  Both<Kind> both(t);
  both.proxy.partition(true);
  both.start();
  t.advance(9s);
  CHECK(both.client->answers == 0);

  both.proxy.partition(false);

  run_until(t, [&] { return both.client->answers == 1; });
}

TEST_CASE_TEMPLATE("a network that passes octet by octet delays, and breaks nothing",
                   Kind,
                   Plain,
                   Secured) {
  IoFixture t;
  Both<Kind> both(t);
  both.proxy.bandwidth(1000);
  both.start();
  t.run_until_idle();
  CHECK(both.client->answers == 0);

  while (both.client->answers == 0)
    t.advance(10ms);  // and the kernel is asked on the way

  CHECK(both.client->statistic().failed_attempts.value() == 0);
}

TEST_CASE("handshakes that the network corrupts fail on both sides, and the next one is whole") {
  IoFixture t;
  Both<Secured> both(t);
  both.proxy.corrupt(0.5, ProxyDirection::server_to_client);
  both.start();
  both.await_backoff();
  CHECK(both.client->statistic().failed_attempts.value() == 1);
  CHECK(both.client->statistic().connections.value() == 0);
  run_until(t, [&] { return both.server->tls_statistic().failed_handshakes.value() == 1; });

  both.proxy.corrupt(0);

  both.comes_back(1);
}
