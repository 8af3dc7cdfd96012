// SPDX-License-Identifier: MIT
#include <eddy/io/tls_info.hpp>
#include <eddy/services/tls_client.hpp>

#include <eddy/testing/log_capture.hpp>

#include "client_kit.hpp"
#include "tls_client_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// The handler of a client that must not connect.
Future<void> never(Stream&) {
  FAIL("the server was trusted");
  return ready_future();
}

}  // namespace

TEST_CASE("a tls client is up when it is connected, and has finished when its handler is done") {
  ClientFixture f;
  std::string heard;
  auto client = f.add<TlsClient>(trusting<TlsClient>(f), [&heard](Stream& server) {
    server.write("hello\n");
    return server.read_line().then([&heard](std::string line) { heard = std::move(line); });
  });
  auto started = f.supervisor.start();

  TlsStream server = secured(f).value();
  CHECK(f.t.get(std::move(started)));
  CHECK(client->state() == ClientState::connected);
  CHECK(f.t.get(server.read_line()).value() == "hello");
  server.write("welcome\n");
  CHECK(f.t.get(server.read()).error() == Errc::end_of_stream);  // with close_notify
  server.close();
  f.await_state(client, ClientState::closed);

  CHECK(heard == "welcome");
  f.t.run_until_idle();
  CHECK(client.state() == ServiceState::finished);
}

TEST_CASE("the handler of a tls client can see whom it talks to, and what was agreed on") {
  ClientFixture f;
  std::optional<TlsInfo> seen;
  auto client = f.add<TlsClient>(trusting<TlsClient>(f), [&seen](Stream& server) {
    seen = tls_info(server);
    return ready_future();
  });
  auto started = f.supervisor.start();

  TlsStream server = secured(f).value();
  const std::string cipher = server.cipher();
  CHECK(f.t.get(std::move(started)));
  server.close();
  f.await_state(client, ClientState::closed);

  REQUIRE(seen.has_value());
  CHECK(seen->version == TlsVersion::tls1_3);
  CHECK(seen->cipher == cipher);
  CHECK(seen->alpn.empty());
  CHECK_FALSE(seen->resumed);
  REQUIRE(seen->peer_certificate.has_value());
  CHECK(seen->peer_certificate->fingerprint.size() == 64);
  CHECK_FALSE(tls_info(Stream()).has_value());
}

TEST_CASE(
    "parity 4.3: a tls client does not talk to a server that an unrelated authority certified") {
  ClientFixture f;
  LogCapture log;
  auto config = trusting<TlsClient>(f);
  config.tls.authorities = Authority().trust();
  f.add<TlsClient>(config, &never);
  auto started = f.supervisor.start();

  CHECK(secured(f).error() == TlsAlert::unknown_ca);

  const Error error = f.t.get(std::move(started)).error();
  CHECK(error.code().category() == tls_verify_category());
  CHECK_FALSE(error == retryable);
  f.t.advance(1min);
  auto another = f.listener.accept();
  CHECK_FALSE(f.t.poll(another));  // it was not worth a second attempt
  log.expect(log::Level::error, "the server is not who it should be, nothing was sent to it");
}

TEST_CASE("parity 4.3: without options a tls client trusts the system's authorities alone") {
  ClientFixture f;
  f.add<TlsClient>({.to = f.address}, &never);
  auto started = f.supervisor.start();

  CHECK_FALSE(secured(f));

  CHECK(f.t.get(std::move(started)).error().code().category() == tls_verify_category());
}

TEST_CASE("parity 4.3: a tls client does not talk to a server of another name") {
  ClientFixture f;
  auto config = trusting<TlsClient>(f);
  config.host = "other.example";
  f.add<TlsClient>(config, &never);
  auto started = f.supervisor.start();

  CHECK_FALSE(secured(f));

  CHECK(f.t.get(std::move(started)).error() == TlsVerify::host_mismatch);
}

TEST_CASE("a tls client may be told whom to expect, and which name to ask for") {
  ClientFixture f;
  auto config = trusting<TlsClient>(f);
  config.host = "localhost";
  f.add<TlsClient>(config, &until_the_end).name("told whom");
  TlsServerOptions options = server_options();
  auto started = f.supervisor.start();

  CHECK(secured(f).value().server_name() == "localhost");

  CHECK(f.t.get(std::move(started)));
}

TEST_CASE("the name that a tls client asks for may be another than the host's") {
  ClientFixture f;
  auto config = trusting<TlsClient>(f);
  config.server_name = "front.example";
  f.add<TlsClient>(config, &until_the_end);
  auto started = f.supervisor.start();

  CHECK(secured(f).value().server_name() == "front.example");

  CHECK(f.t.get(std::move(started)));
}

TEST_CASE("a handshake that is cut is a failed attempt, and tried again") {
  ClientFixture f;
  auto client = f.add<TlsClient>(trusting<TlsClient>(f), &until_the_end);
  auto started = f.supervisor.start();

  f.accepted().close();
  f.await_state(client, ClientState::backoff);
  CHECK(client->statistic().failed_attempts.value() == 1);
  CHECK_FALSE(f.t.poll(started));
  f.t.advance(1s);

  CHECK(secured(f));
  CHECK(f.t.get(std::move(started)));
}

TEST_CASE("a handshake that takes too long is a failed attempt, and tried again") {
  ClientFixture f;
  auto config = trusting<TlsClient>(f);
  config.tls.limits.handshake = 3s;
  auto client = f.add<TlsClient>(config, &until_the_end);
  auto started = f.supervisor.start();
  TcpStream silent = f.accepted();
  CHECK_FALSE(f.t.get(silent.read()).value().empty());
  f.t.advance(2s);
  CHECK(client->state() == ClientState::connecting);

  f.t.advance(1s);
  f.await_state(client, ClientState::backoff);
  f.t.advance(1s);

  CHECK(secured(f));
  CHECK(f.t.get(std::move(started)));
}

TEST_CASE("a tls client's limits of time begin when the handshake is done") {
  ClientFixture f;
  auto config = trusting<TlsClient>(f);
  config.idle_limit = 5s;
  f.add<TlsClient>(config, &until_the_end);
  auto started = f.supervisor.start();
  TlsStream server = secured(f).value();
  CHECK(f.t.get(std::move(started)));
  auto read = server.read();
  f.t.advance(4s);
  CHECK_FALSE(f.t.poll(read));

  f.t.advance(2s);

  CHECK(f.t.get(std::move(read)).error() == Errc::end_of_stream);
}

TEST_CASE("a tls client with wrong files fails before it has connected") {
  ClientFixture f;
  auto config = trusting<TlsClient>(f);
  config.tls.authorities = Pem::file("/nonexistent/authorities.pem");
  auto client = f.add<TlsClient>(config, &until_the_end);

  const Error error = f.t.get(f.supervisor.start()).error();

  CHECK(error == std::errc::no_such_file_or_directory);
  CHECK(error.message().find("/nonexistent/authorities.pem") != std::string::npos);
  CHECK(client.get() == nullptr);
}

TEST_CASE("131: a stop in the midst of a client's handshake ends it at once") {
  ClientFixture f;
  auto client = f.add<RobustTlsClient>(trusting<RobustTlsClient>(f), &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  TcpStream silent = f.accepted();
  CHECK_FALSE(f.t.get(silent.read()).value().empty());

  CHECK(f.t.get(f.supervisor.stop()));

  CHECK_FALSE(f.t.get(silent.read()));
  CHECK(client.state() == ServiceState::stopped);
}

TEST_CASE("a tls client's configuration is checked") {
  TlsClient::Config config{.to = Address::parse("unix:@nameless").value()};
  config.tls.limits.handshake = Duration::zero();
  config.tls.certificate.key = Pem::text("key");
  config.linger = Duration(-1);
  CHECK(config.validate().size() == 4);

  config = {.to = Address::parse("unix:@nameless").value(), .host = "localhost"};
  CHECK(config.validate().empty());
}
