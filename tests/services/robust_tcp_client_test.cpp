// SPDX-License-Identifier: MIT
#include <eddy/services/robust_tcp_client.hpp>

#include <eddy/core/task_group.hpp>

#include <optional>

#include "client_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

using Client = RobustTcpClient;

Future<void> at_once(Stream&) {
  return ready_future();
}

/// Stops everything; no time passes.
void stop_at_once(ClientFixture& f) {
  auto stopped = f.supervisor.stop();
  REQUIRE(f.t.poll(stopped));
  CHECK(f.t.get(std::move(stopped)));
}

}  // namespace

TEST_CASE("a robust client is up before it is connected, and tells when it is") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  auto connected = client->connected();
  CHECK_FALSE(f.t.poll(connected));
  f.await_state(client, ClientState::backoff);

  f.listen();
  f.t.advance(1s);

  CHECK(f.t.get(std::move(connected)));
  CHECK(client->state() == ClientState::connected);
  CHECK(client->connected().ready());
}

TEST_CASE("a robust client connects again when the server has gone") {
  ClientFixture f;
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.accepted().close();
  f.await_state(client, ClientState::backoff);
  auto again = client->connected();
  CHECK_FALSE(f.t.poll(again));

  f.t.advance(1s);

  CHECK(f.t.get(std::move(again)));
  CHECK(client->statistic().connections.value() == 2);
}

TEST_CASE("parity 4.3: a handler that returns is no reason to give up") {
  ClientFixture f;
  auto client =
      f.add<Client>({.to = f.address, .reconnect = steady_pauses(), .linger = 0s}, &at_once);
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);

  f.t.advance(1s);
  f.await_state(client, ClientState::backoff);

  CHECK(client->statistic().connections.value() == 2);
  CHECK(client.state() == ServiceState::up);
}

TEST_CASE("parity 4.3: a handler that returns at once does not make the client spin") {
  ClientFixture f;
  auto client =
      f.add<Client>({.to = f.address, .reconnect = steady_pauses(), .linger = 0s}, &at_once);
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);

  f.t.advance(999ms);
  CHECK(client->statistic().connections.value() == 1);
  f.t.advance(1ms);
  f.await_state(client, ClientState::backoff);
  f.t.advance(1999ms);

  CHECK(client->statistic().connections.value() == 2);
}

TEST_CASE("after a connection that lasted the pause begins small again") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);
  f.t.advance(1s);
  f.await_state(client, ClientState::backoff);
  f.listen();
  f.t.advance(2s);
  CHECK(f.t.get(client->connected()));
  TcpStream server = f.accepted();

  f.t.advance(30s);
  server.close();
  f.await_state(client, ClientState::backoff);
  f.t.advance(1s);

  CHECK(f.t.get(client->connected()));
}

TEST_CASE("a connection that went well, however short, ends a row of failures") {
  ClientFixture f;
  f.refuse();
  auto client =
      f.add<Client>({.to = f.address, .reconnect = steady_pauses(2), .linger = 0s}, &at_once);
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);
  f.listen();
  auto connected = client->connected();
  f.t.advance(1s);
  CHECK(f.t.get(std::move(connected)));
  f.await_state(client, ClientState::backoff);

  f.refuse();
  f.t.advance(2s);
  f.await_state(client, ClientState::backoff);

  CHECK(client->statistic().failed_attempts.value() == 2);
  CHECK(client.state() == ServiceState::up);
}

TEST_CASE("a connection that lasted ends a row of failures, though it was lost") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses(2)}, [](Stream& server) {
    return server.read_exactly(1'000'000).then([](const std::string&) {});
  });
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);
  f.listen();
  f.t.advance(1s);
  CHECK(f.t.get(client->connected()));
  TcpStream server = f.accepted();

  f.t.advance(30s);
  server.close();
  f.await_state(client, ClientState::backoff);

  CHECK(client.state() == ServiceState::up);
  f.t.advance(1s);
  CHECK(f.t.get(client->connected()));
}

TEST_CASE("parity 4.3: a first connect that fails for long does not end the client") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.t.run_until_idle();
  f.t.advance(1h);
  CHECK(client->statistic().failed_attempts.value() > 800);

  f.listen();
  f.t.advance(4s);

  CHECK(f.t.get(client->connected()));
}

TEST_CASE("a robust client with a number of attempts fails loudly after them") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses(2)}, &until_the_end);
  client.essential(false);
  CHECK(f.t.get(f.supervisor.start()));
  auto connected = client->connected();
  f.t.run_until_idle();

  f.t.advance(1s);

  CHECK(f.t.get(std::move(connected)).error() == Errc::closed);
  f.t.run_until_idle();
  CHECK(client.state() == ServiceState::failed);
}

TEST_CASE("a handler that fails or throws is followed by the next connection") {
  ClientFixture f;
  int calls = 0;
  auto client =
      f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, [&calls](Stream& server) {
        if (++calls == 1) throw std::runtime_error("oh");
        if (calls == 2) return failed_future<void>(Errc::protocol);
        return until_the_end(server);
      });
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);
  f.t.advance(1s);
  f.await_state(client, ClientState::backoff);
  f.t.advance(2s);

  CHECK(f.t.get(client->connected()));
  CHECK(calls == 3);
  CHECK(client->statistic().failed.value() == 2);
}

TEST_CASE("a handler whose own work is cancelled fails, the client goes on") {
  ClientFixture f;
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()},
                              [](Stream&) { return failed_future<void>(Errc::canceled); });
  CHECK(f.t.get(f.supervisor.start()));

  f.await_state(client, ClientState::backoff);

  CHECK(client->statistic().failed.value() == 1);
  CHECK(client.state() == ServiceState::up);
}

TEST_CASE("what is worth another attempt may be said by the class") {
  ClientFixture f;
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));

  CHECK(client->retry(DnsErrc::no_such_host));
  CHECK(client->retry(Errc::protocol));
  CHECK_FALSE(client->retry(Errc::invalid));
}

TEST_CASE("a name is looked up anew for each attempt, also after a connection that was lost") {
  ClientFixture f;
  f.refuse();
  int asked = 0;
  Resolver resolver = a_counting_resolver(f.t.loop, asked);
  auto client = f.add<Client>({.to = Endpoint::of("server.test", f.address.port()).value(),
                               .connect = {.resolver = &resolver},
                               .reconnect = steady_pauses()},
                              &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);
  CHECK(asked == 1);

  f.listen();
  f.t.advance(1s);

  CHECK(f.t.get(client->connected()));
  CHECK(asked == 2);
  f.accepted().close();
  f.await_state(client, ClientState::backoff);
  f.t.advance(2s);

  CHECK(f.t.get(client->connected()));
  CHECK(asked == 3);
  stop_at_once(f);
}

TEST_CASE("a robust client is stopped at once while it connects") {
  ClientFixture f;
  std::vector<Future<TcpStream>> fillers;
  f.listener = Listener::bind(f.t.loop, "127.0.0.1:0"_addr, {.backlog = 0}).value();
  std::generate_n(std::back_inserter(fillers), 2, [&f] {
    return connect(f.t.loop, f.listener.local(), Duration::zero());
  });
  f.t.run_until_idle();
  auto client =
      f.add<Client>({.to = f.listener.local(), .reconnect = steady_pauses()}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.t.run_until_idle();
  CHECK(client->state() == ClientState::connecting);

  stop_at_once(f);
}

TEST_CASE("a robust client is stopped at once while it pauses") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.await_state(client, ClientState::backoff);
  WatchReader<ClientState> states = client->states();
  auto connected = client->connected();

  stop_at_once(f);

  CHECK(states.value() == ClientState::closed);
  CHECK(f.t.get(std::move(connected)).error() == Errc::closed);
}

TEST_CASE("a robust client is stopped at once in its handler, whose clean-up runs") {
  ClientFixture f;
  bool cleaned_up = false;
  auto client = f.add<Client>({.to = f.address}, [&cleaned_up](Stream& server) {
    return until_the_end(server).finally([&cleaned_up] { cleaned_up = true; });
  });
  CHECK(f.t.get(f.supervisor.start()));
  CHECK(f.t.get(client->connected()));
  TcpStream server = f.accepted();

  stop_at_once(f);

  CHECK(cleaned_up);
  CHECK(f.t.get(server.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a client that nobody waits for any more keeps no list of them") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));
  f.t.run_until_idle();
  { auto dropped = client->connected(); }
  const std::size_t before = f.t.loop.statistic().live_nodes;

  { auto dropped = client->connected(); }

  CHECK(f.t.loop.statistic().live_nodes == before);
}

TEST_CASE("a robust client fails with what makes no sense, however often it is tried") {
  ClientFixture f;
  auto client = f.add<Client>({.to = f.address, .reconnect = steady_pauses()}, [](Stream&) {
    return failed_future<void>(Error(Errc::invalid, "a bug"));
  });
  client.essential(false);
  CHECK(f.t.get(f.supervisor.start()));
  f.t.run_until_idle();

  CHECK(client.state() == ServiceState::failed);
}

TEST_CASE("the numbers of a client are listed under its name") {
  ClientFixture f;
  Statistics statistics;
  auto client = f.add<Client>(
      {.to = f.address, .reconnect = steady_pauses(), .linger = 0s, .statistics = &statistics},
      [](Stream& server) {
        server.write("hello");
        return server.read_exactly(6).then([](const std::string&) {});
      });
  CHECK(f.t.get(f.supervisor.start()));
  f.accepted().write("answer");
  f.await_state(client, ClientState::backoff);
  class Owners final : public StatisticVisitor {
   public:
    void visit(std::string_view owner, std::string_view, const Counter&) override {
      counters += owner == "client";
    }
    void visit(std::string_view, std::string_view, const Gauge&) override {}
    void visit(std::string_view, std::string_view, const Histogram&) override {}
    int counters = 0;
  } owners;
  statistics.visit(owners);

  CHECK(owners.counters == 6);
  CHECK(client->statistic().connections.value() == 1);
  CHECK(client->statistic().connected.value() == 0);
  CHECK(client->statistic().bytes_sent.value() == 5);
  CHECK(client->statistic().bytes_received.value() == 6);
  stop_at_once(f);
}

TEST_CASE("a handler may destroy its client, at once and later on") {
  Fixture t;
  auto listener = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  std::optional<Supervisor> supervisor;
  const auto destroyed_by = [&](const Handler& handler) {
    supervisor.emplace(t.loop, ClientFixture::options());
    supervisor->add<Handled<Client>>(
        {.client = {.to = listener.local()}, .handler = std::make_shared<Handler>(handler)});
    CHECK(t.get(supervisor->start()));
    const TcpStream server = t.get(listener.accept()).value();
    t.run_until_idle();
    t.clock.advance(1s);
    return !supervisor.has_value();
  };

  CHECK(destroyed_by([&](Stream&) {
    Fixture& fixture = t;  // this function dies with the client
    supervisor.reset();
    return fixture.loop.sleep(1h);
  }));
  CHECK(destroyed_by([&](Stream&) { return t.loop.sleep(1s).then([&] { supervisor.reset(); }); }));
}
