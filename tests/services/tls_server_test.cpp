// SPDX-License-Identifier: MIT
//
// What a TLS server does for its clients, from the handshake to the end.
#include <eddy/services/tls_server.hpp>

#include "tls_service_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("a tls server serves its clients side by side") {
  TlsFixture t;
  TlsServed served(t);
  TlsStream one = served.call();
  TlsStream other = served.call();

  CHECK(served.ask(one, "first").value() == "first");
  CHECK(served.ask(other, "second").value() == "second");
  CHECK(served.ask(one, "third").value() == "third");
  CHECK(served.server->statistic().open.value() == 2);
  CHECK(served.counted().handshakes.value() == 2);
  CHECK(served.counted().handshaking.value() == 0);
}

TEST_CASE("a handler knows what the handshake has found out") {
  TlsFixture t;
  TlsServed served(t);
  TlsStream client = served.call(a_client(), {.server_name = "other.example"});

  CHECK(served.ask(client, "name").value() == "other.example");
}

TEST_CASE("a tls client gets all that was written, and close_notify, when its handler is done") {
  TlsFixture t;
  TlsServed served(t);
  TlsStream client = served.call();

  CHECK(served.ask(client, "bye").value() == "bye");

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a tls client is closed when its handler fails, which is logged") {
  TlsFixture t;
  LogCapture log;
  TlsServed served(t);
  TlsStream client = served.call();

  CHECK_FALSE(served.ask(client, "fail"));

  run_until(t, [&] { return served.server->statistic().open.value() == 0; });
  CHECK(served.server->statistic().failed.value() == 1);
  log.expect(log::Level::error, "tls client failed");
}

TEST_CASE("an idle tls client is closed, from its handshake on") {
  TlsFixture t;
  TlsServer::Config config = tls_config();
  config.idle_limit = 5s;
  TlsServed served(t, config);
  TlsStream client = served.call();
  CHECK(served.ask(client, "hello").value() == "hello");
  t.advance(4s);
  CHECK(served.server->statistic().open.value() == 1);

  t.advance(2s);

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  CHECK(served.server->statistic().timed_out.value() == 1);
}

TEST_CASE("a stop lets tls handlers end what they are at, and says farewell to the others") {
  TlsFixture t;
  TlsServed served(t);
  TlsStream client = served.call();
  CHECK(served.ask(client, "hello").value() == "hello");

  Future<void> stopped = served.supervisor->stop();
  CHECK_FALSE(t.poll(stopped));
  CHECK(served.ask(client, "still").value() == "still");
  t.advance(1s);

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);  // and not truncated
  CHECK(t.get(std::move(stopped)));
}

TEST_CASE("at the limit of connections handshakes count, and the next client waits") {
  TlsFixture t;
  TlsServer::Config config = tls_config();
  config.max_connections = 1;
  TlsServed served(t, config);
  TcpStream first = served.knock();
  run_until(t, [&] { return served.counted().handshaking.value() == 1; });
  auto second = tls_connect(served.knock(), a_client(), "localhost");
  CHECK_FALSE(t.poll(second));
  CHECK(served.server->statistic().reached_connection_limit.value() == 1);

  first.close();

  CHECK(t.get(std::move(second)));
}

TEST_CASE("the numbers of a tls server are listed, those of TLS beside the others") {
  class Names final : public StatisticVisitor {
   public:
    void visit(std::string_view owner, std::string_view field, const Counter&) override {
      add(owner, field);
    }
    void visit(std::string_view owner, std::string_view field, const Gauge&) override {
      add(owner, field);
    }
    void visit(std::string_view, std::string_view, const Histogram&) override {}

    std::string text;

   private:
    void add(std::string_view owner, std::string_view field) {
      text += std::string(owner) + "." + std::string(field) + " ";
    }
  } names;
  TlsFixture t;
  Statistics statistics;
  TlsServer::Config config = tls_config();
  config.statistics = &statistics;
  TlsServed served(t, config);

  statistics.visit(names);

  CHECK(names.text.find("ObedientTls.clients ") != std::string::npos);
  CHECK(names.text.find("ObedientTls tls.handshakes ") != std::string::npos);
  CHECK(names.text.find("ObedientTls tls.failed_reloads ") != std::string::npos);
}

TEST_CASE("a tls server that is dropped at work drops its clients, handshakes included") {
  TlsFixture t;
  TlsServed served(t);
  TlsStream client = served.call();
  CHECK(served.ask(client, "hello").value() == "hello");
  TcpStream stalled = served.knock();
  run_until(t, [&] { return served.counted().handshaking.value() == 1; });

  served.supervisor.reset();

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  CHECK(t.get(stalled.read()).error() == Errc::end_of_stream);
}
