// SPDX-License-Identifier: MIT
//
// A TLS server and clients that do not shake hands as they should. The cases are those of the table
// "Faults: TLS" in tests/README.md.
#include <eddy/services/tls_server.hpp>

#include <vector>

#include "tls_service_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Waits until so many clients are in the midst of a handshake.
void await_handshaking(TlsServed& served, std::int64_t count) {
  run_until(served.fixture, [&] { return served.counted().handshaking.value() == count; });
}

/// What a client of ours begins with.
std::string a_hello(Fixture& t) {
  auto [ours, theirs] = duplex(t.loop, steady());
  auto connecting = tls_connect(std::move(ours), a_client(), "localhost");
  return t.get(theirs.read()).value();
}

TlsServer::Config at_most(std::size_t handshakes) {
  TlsServer::Config config = tls_config();
  config.max_handshakes = handshakes;
  return config;
}

/// What a client gets until the end.
std::string received(TlsServed& served, TcpStream& client) {
  CHECK_FALSE(served.fixture.get(client.read_exactly(1'000'000)));
  return served.fixture.get(client.read()).value_or("");
}

}  // namespace

TEST_CASE("115: what is not TLS is closed at once, counted, and no error of the server") {
  TlsFixture t;
  LogCapture log(LogCapture::FailOn{log::Level::error});
  TlsServed served(t);
  TcpStream http = served.knock();
  TcpStream garbage = served.knock();

  http.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  garbage.write(std::string(100, '\xff'));

  CHECK(received(served, http).find("HTTP") == std::string::npos);
  CHECK(received(served, garbage).size() < 16);
  http.close();
  garbage.close();
  run_until(t, [&] { return served.counted().failed_handshakes.value() == 2; });
  CHECK(served.server->served == 0);
  TlsStream good = served.call();
  CHECK(served.ask(good, "hello").value() == "hello");
}

TEST_CASE("handshakes that fail are logged once a second, with the number of the others") {
  TlsFixture t;
  LogCapture log;
  TlsServed served(t);
  for (int client = 0; client < 10; ++client)
    served.knock().close();
  run_until(t, [&] { return served.counted().failed_handshakes.value() == 10; });
  log.expect(log::Level::warning, "tls handshake failed", {{"others_unlogged", 0U}});

  t.advance(1s);
  served.knock().close();
  run_until(t, [&] { return served.counted().failed_handshakes.value() == 11; });

  log.expect(log::Level::warning, "tls handshake failed", {{"others_unlogged", 9U}});
}

TEST_CASE("126: who stalls in the handshake is closed when its time is over") {
  TlsFixture t;
  TlsServed served(t);
  TcpStream stalled = served.knock();
  await_handshaking(served, 1);
  auto end = stalled.read();
  t.advance(9s);
  CHECK_FALSE(t.poll(end));

  t.advance(1s);

  CHECK(t.get(std::move(end)).error() == Errc::end_of_stream);
  CHECK(served.counted().timed_out.value() == 1);
  CHECK(served.counted().failed_handshakes.value() == 0);
  CHECK(served.server->statistic().failed.value() == 0);
}

TEST_CASE("126: a thousand handshakes that stall, before their hello or after, keep nobody out") {
  TlsFixture t;
  LogCapture log(LogCapture::FailOn{log::Level::error});
  TlsServed served(t);
  const std::string hello = a_hello(t);
  std::vector<TcpStream> stalled;
  for (int client = 0; client < 1000; ++client)
    stalled.push_back(served.knock());
  for (std::size_t client = 0; client < stalled.size(); client += 9)
    stalled[client].write(hello);
  await_handshaking(served, 1000);
  CHECK(t.get(stalled.front().read()));
  CHECK(t.get(stalled.back().read()));  // those who said hello were answered

  TlsStream good = served.call();
  CHECK(served.ask(good, "hello").value() == "hello");
  t.advance(10s - 1ms);
  CHECK(served.counted().timed_out.value() == 0);
  t.advance(1ms);

  CHECK(served.counted().timed_out.value() == 1000);
  CHECK(served.server->statistic().open.value() == 1);
  CHECK(served.ask(good, "still here").value() == "still here");
}

TEST_CASE("126: at the limit of handshakes the next client waits until one is done") {
  TlsFixture t;
  testing::LogCapture log;
  TlsServed served(t, at_most(1));
  TlsStream done = served.call();
  TcpStream slow = served.knock();
  await_handshaking(served, 1);
  auto next = tls_connect(served.knock(), a_client(), "localhost");
  CHECK_FALSE(t.poll(next));
  CHECK(served.ask(done, "hello").value() == "hello");

  CHECK(t.get(tls_connect(std::move(slow), a_client(), "localhost")));

  CHECK(t.get(std::move(next)));
  CHECK(served.counted().reached_handshake_limit.value() >= 1);
  log.expect(log::Level::warning, "server has too many handshakes, newcomers have to wait");
}

TEST_CASE("126: at the limit of handshakes the next client waits no longer than one may take") {
  TlsFixture t;
  TlsServer::Config config = at_most(1);
  config.tls->limits.handshake = 5s;
  TlsServed served(t, config);
  TcpStream stalled = served.knock();
  await_handshaking(served, 1);
  auto next = tls_connect(served.knock(), a_client(), "localhost");
  t.advance(4s);
  CHECK_FALSE(t.poll(next));

  t.advance(1s);

  CHECK(t.get(std::move(next)));
  CHECK(t.get(stalled.read()).error() == Errc::end_of_stream);
}

TEST_CASE("130: a handshake that fails harms no connection beside it") {
  TlsFixture t;
  TlsServed served(t);
  TlsStream good = served.call();
  TcpStream bad = served.knock();

  bad.write(std::string(100, '\0'));
  bad.close();
  run_until(t, [&] { return served.counted().failed_handshakes.value() == 1; });

  CHECK(served.ask(good, "hello").value() == "hello");
  TlsStream next = served.call();
  CHECK(served.ask(next, "hello").value() == "hello");
}

TEST_CASE("131: a stop in the midst of handshakes ends them, within the drain") {
  TlsFixture t;
  TlsServed served(t);
  TcpStream stalled = served.knock();
  await_handshaking(served, 1);

  Future<void> stopped = served.supervisor->stop();
  CHECK_FALSE(t.poll(stopped));
  t.advance(1s);

  CHECK(t.get(std::move(stopped)));
  CHECK(t.get(stalled.read()).error() == Errc::end_of_stream);
}

TEST_CASE("131: a handshake that is done within the drain of a stop is served") {
  TlsFixture t;
  TlsServed served(t);
  TcpStream slow = served.knock();
  await_handshaking(served, 1);
  Future<void> stopped = served.supervisor->stop();
  CHECK_FALSE(t.poll(stopped));

  TlsStream client = t.get(tls_connect(std::move(slow), a_client(), "localhost")).value();

  CHECK(served.ask(client, "bye").value() == "bye");
  client.close();
  CHECK(t.get(std::move(stopped)));
}
