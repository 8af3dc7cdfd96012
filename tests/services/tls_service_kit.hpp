// SPDX-License-Identifier: MIT
//
// What the tests of TLS services share: a supervisor with one server that does as its clients say,
// and clients of it.
#pragma once

#include <eddy/kit/supervisor.hpp>
#include <eddy/services/tls_server.hpp>
#include <eddy/testing/log_capture.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "io/tls_kit.hpp"

namespace eddy::testing {

/// Does with each client what its first line says.
class ObedientTls final : public TlsServer {
 public:
  using Config = TlsServer::Config;
  using TlsServer::TlsServer;

  Future<void> on_client(TlsStream& client) override {
    ++served;
    if (!greeting.empty()) client.write(greeting);
    return client.read_line().then(
        [this, &client](const std::string& line) { return obey(client, line); });
  }

  int served = 0;
  std::string greeting;

 private:
  Future<void> obey(TlsStream& client, const std::string& line) {
    if (line == "wait") return loop().sleep(std::chrono::seconds(20));
    if (line == "fail") return failed_future<void>(Errc::protocol);
    client.write((line == "name" ? client.server_name() : line) + "\n");
    return line == "bye" ? ready_future() : on_client(client);
  }
};

inline Supervisor::Options quiet_supervisor() {
  Supervisor::Options chosen;
  chosen.signals = false;
  chosen.raise_file_limit = false;
  return chosen;
}

/// What a server with this TLS has, on a free port of the loopback interface.
inline TlsServer::Config tls_config(TlsServerOptions tls = server_options()) {
  return {.listen = Address::parse("127.0.0.1:0").value(), .tls = std::move(tls)};
}

/// Runs until `condition` holds, also waiting for the kernel and for threads.
template <class Condition>
void run_until(Fixture& t, Condition&& condition) {
  while (!condition())
    t.loop.turn(true);
}

/// A supervisor with one server that is up.
struct TlsServed {
  explicit TlsServed(Fixture& t, TlsServer::Config config = tls_config())
      : fixture(t),
        server(supervisor.emplace(t.loop, quiet_supervisor()).add<ObedientTls>(config)) {
    CHECK(t.get(supervisor->start()).has_value());
  }
  ~TlsServed() {
    if (!supervisor) return;
    Future<void> stopped = supervisor->stop();
    fixture.run_until_idle();  // its timers start
    fixture.advance(std::chrono::seconds(60));
    CHECK(fixture.get(std::move(stopped)).has_value());
  }

  /// A connection without a handshake.
  TcpStream knock() { return fixture.get(connect(fixture.loop, server->bound_address())).value(); }
  Result<TlsStream> try_call(const TlsClientContext& client = a_client(),
                             TlsConnectOptions options = {}) {
    return fixture.get(tls_connect(knock(), client, "localhost", std::move(options)));
  }
  TlsStream call(const TlsClientContext& client = a_client(), TlsConnectOptions options = {}) {
    return try_call(client, std::move(options)).value();
  }
  Result<std::string> ask(Stream& client, std::string_view line) {
    client.write(std::string(line) + "\n");
    return fixture.get(client.read_line());
  }

  const TlsServerStatistic& counted() const { return server->tls_statistic(); }

  Fixture& fixture;
  std::optional<Supervisor> supervisor;
  ServiceHandle<ObedientTls> server;
};

}  // namespace eddy::testing
