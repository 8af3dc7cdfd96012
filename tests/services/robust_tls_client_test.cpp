// SPDX-License-Identifier: MIT
#include <eddy/services/robust_tls_client.hpp>

#include <eddy/testing/log_capture.hpp>

#include "tls_client_kit.hpp"
#include "tls_service_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

using Client = RobustTlsClient;

/// A server of ours that talks at once, and a client of it.
struct EndToEnd {
  explicit EndToEnd(Fixture& t, Pem authorities) : served(t) {
    served.server->greeting = "a secret\n";
    Client::Config config{.to = served.server->bound_address()};
    config.tls.authorities = std::move(authorities);
    config.reconnect = steady_pauses();
    client = supervisor.emplace(t.loop, quiet_supervisor())
                 .add<Handled<Client>>({.client = std::move(config),
                                        .handler = std::make_shared<Handler>([this](Stream& from) {
                                          return from.read_line().then([this](std::string line) {
                                            heard = std::move(line);
                                          });
                                        })});
    CHECK(t.get(supervisor->start()));
  }

  TlsServed served;
  std::string heard;
  std::optional<Supervisor> supervisor;
  std::optional<ServiceHandle<Handled<Client>>> client;
};

}  // namespace

TEST_CASE("a robust tls client connects again when the server has gone") {
  ClientFixture f;
  auto client = f.add<Client>(trusting<Client>(f), &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  CHECK(client->state() == ClientState::connecting);
  secured(f).value().close();
  f.await_state(client, ClientState::backoff);

  f.t.advance(1s);

  TlsStream again = secured(f).value();
  CHECK(f.t.get(client->connected()));
  CHECK(client->statistic().connections.value() == 2);
}

TEST_CASE("a robust tls client has a name looked up anew after an attempt that failed") {
  ClientFixture f;
  int asked = 0;
  Resolver resolver = a_counting_resolver(f.t.loop, asked);
  auto config = trusting<Client>(f);
  config.to = Endpoint::of("localhost", f.address.port()).value();
  config.connect.resolver = &resolver;
  auto client = f.add<Client>(config, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.accepted().close();
  f.await_state(client, ClientState::backoff);
  CHECK(asked == 1);

  f.t.advance(1s);

  TlsStream server = secured(f).value();
  CHECK(f.t.get(client->connected()));
  CHECK(asked == 2);
  CHECK(f.t.get(f.supervisor.stop()));
}

TEST_CASE("parity 4.3: a robust client with an unrelated authority never gets data, end to end") {
  TlsFixture t;
  LogCapture log;
  EndToEnd both(t, Authority().trust());
  const ClientStatistic& counted = (*both.client)->statistic();

  run_until(t, [&] { return both.served.counted().failed_handshakes.value() == 1; });
  run_until(t, [&] { return counted.failed_attempts.value() == 1; });
  t.advance(1s);
  run_until(t, [&] { return counted.failed_attempts.value() == 2; });

  CHECK(both.heard.empty());
  CHECK(counted.connections.value() == 0);
  CHECK(counted.bytes_received.value() == 0);
  CHECK(both.served.server->served == 0);
  log.expect(log::Level::error, "the server is not who it should be, nothing was sent to it");
  both.supervisor.reset();
}

TEST_CASE("a robust tls client talks to a tls server that it trusts, end to end") {
  TlsFixture t;
  EndToEnd both(t, the_authority().trust());

  run_until(t, [&] { return !both.heard.empty(); });

  CHECK(both.heard == "a secret");
  CHECK(both.served.counted().handshakes.value() == 1);
  both.supervisor.reset();
}

TEST_CASE("a server that is not who it should be is tried again, loudly, until it is mended") {
  ClientFixture f;
  LogCapture log;
  auto client = f.add<Client>(trusting<Client>(f), &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  CHECK_FALSE(secured(f, Authority::self_signed()));
  f.await_state(client, ClientState::backoff);
  log.expect(log::Level::error, "the server is not who it should be, nothing was sent to it");
  f.t.advance(1s);
  CHECK_FALSE(secured(f, Authority().issue()));
  f.await_state(client, ClientState::backoff);
  log.expect(log::Level::error, "the server is not who it should be, nothing was sent to it");
  f.t.advance(1s);
  CHECK(client->statistic().attempts.value() == 2);  // the pause has grown
  f.t.advance(1s);

  TlsStream mended = secured(f).value();

  CHECK(f.t.get(client->connected()));
  CHECK(client->statistic().connections.value() == 1);
}

TEST_CASE("a robust tls client with wrong files does not start") {
  ClientFixture f;
  auto config = trusting<Client>(f);
  config.tls.certificate = {Pem::text("nonsense"), Pem::text("nonsense"), {}};
  f.add<Client>(config, &until_the_end);

  CHECK_FALSE(f.t.get(f.supervisor.start()));
}

TEST_CASE("a robust tls client gives up when it is told to") {
  ClientFixture f;
  f.refuse();
  auto config = trusting<Client>(f);
  config.reconnect.attempts = 2;
  auto client = f.add<Client>(config, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);

  f.t.advance(1s);
  f.t.run_until_idle();

  CHECK(client.state() == ServiceState::failed);
}
