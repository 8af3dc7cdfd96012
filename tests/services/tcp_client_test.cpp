// SPDX-License-Identifier: MIT
#include <eddy/services/tcp_client.hpp>

#include <eddy/io/resolver.hpp>

#include "client_kit.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("a tcp client is up when it is connected, and has finished when its handler is done") {
  ClientFixture f;
  std::string heard;
  auto client = f.add<TcpClient>({.to = f.address}, [&heard](Stream& server) {
    server.write("hello\n");
    return server.read_line().then([&heard](std::string line) { heard = std::move(line); });
  });

  CHECK(f.t.get(f.supervisor.start()));
  CHECK(client->state() == ClientState::connected);
  TcpStream server = f.accepted();
  CHECK(f.t.get(server.read_line()).value() == "hello");
  server.write("welcome\n");
  CHECK(f.t.get(server.read()).error() == Errc::end_of_stream);
  server.close();
  f.await_state(client, ClientState::closed);

  CHECK(heard == "welcome");
  f.t.run_until_idle();
  CHECK(client.state() == ServiceState::finished);
}

TEST_CASE("all that a handler wrote is sent before the connection is closed") {
  ClientFixture f;
  f.add<TcpClient>({.to = f.address}, [](Stream& server) {
    server.write(std::string(1'000'000, 'x'));
    return ready_future();
  });

  CHECK(f.t.get(f.supervisor.start()));
  TcpStream server = f.accepted();

  CHECK(f.t.get(server.read_exactly(1'000'000)));
  CHECK(f.t.get(server.read()).error() == Errc::end_of_stream);
}

TEST_CASE("what a handler fails with, or throws, is the failure of the service") {
  ClientFixture f;
  auto failing = f.add<TcpClient>(
      {.to = f.address}, [](Stream&) { return failed_future<void>(Error(Errc::protocol, "bad")); });
  failing.essential(false);
  auto throwing = f.add<TcpClient>({.to = f.address},
                                   [](Stream&) -> Future<void> { throw std::runtime_error("oh"); });
  throwing.name("throwing").essential(false);

  CHECK(f.t.get(f.supervisor.start()));
  f.t.run_until_idle();

  CHECK(failing.state() == ServiceState::failed);
  CHECK(throwing.state() == ServiceState::failed);
}

TEST_CASE("an attempt that is refused is made again, after longer and longer pauses") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<TcpClient>({.to = f.address, .reconnect = steady_pauses(4)}, &until_the_end);
  auto up = f.supervisor.start();
  CHECK_FALSE(f.t.poll(up));
  f.await_state(client, ClientState::backoff);

  f.t.advance(999ms);
  CHECK(client->statistic().attempts.value() == 1);
  f.t.advance(1ms);
  f.await_state(client, ClientState::backoff);
  CHECK(client->statistic().attempts.value() == 2);
  f.t.advance(1999ms);
  CHECK(client->statistic().attempts.value() == 2);
  f.listen();
  f.t.advance(1ms);

  CHECK(f.t.get(std::move(up)));
  CHECK(client->state() == ClientState::connected);
  CHECK(client->statistic().failed_attempts.value() == 2);
}

TEST_CASE("after so many attempts the client gives up, and says why") {
  ClientFixture f;
  f.refuse();
  f.add<TcpClient>({.to = f.address, .reconnect = steady_pauses(2)}, &until_the_end);
  auto up = f.supervisor.start();
  f.t.run_until_idle();
  f.t.advance(1s);

  const Error error = f.t.get(std::move(up)).error();

  CHECK(error == std::errc::connection_refused);
  CHECK(error.message().find("gave up after 2 failures in a row: connect 127.0.0.1:") !=
        std::string::npos);
}

TEST_CASE("parity 4.3: a name that cannot be looked up for now is tried again, as is a timeout") {
  ClientFixture f;
  auto client = f.add<TcpClient>({.to = f.address}, &until_the_end);
  CHECK(f.t.get(f.supervisor.start()));

  CHECK(client->retry(DnsErrc::temporary_failure));
  CHECK(client->retry(Errc::timed_out));
  CHECK(client->retry(Error(std::errc::connection_refused, "")));
  CHECK_FALSE(client->retry(DnsErrc::no_such_host));
  CHECK_FALSE(client->retry(Errc::protocol));
}

TEST_CASE("an error that no attempt will change ends the client at once") {
  ClientFixture f;
  Resolver resolver(f.t.loop, {.backend = ResolverBackend::system, .servers = {f.address}});
  auto client = f.add<TcpClient>({.to = Endpoint::of("server.test", 80).value(),
                                  .connect = {.resolver = &resolver},
                                  .reconnect = steady_pauses()},
                                 &until_the_end);

  CHECK(f.t.get(f.supervisor.start()).error() == std::errc::not_supported);
}

TEST_CASE("a client connects to a Unix socket, which upstream does not") {
  ClientFixture f;
  f.listener =
      Listener::bind(f.t.loop, Address::parse("unix:@eddy-tcp-client-test").value()).value();
  auto client = f.add<TcpClient>({.to = f.listener.local()}, &until_the_end);

  CHECK(f.t.get(f.supervisor.start()));

  CHECK(client->state() == ClientState::connected);
}

TEST_CASE("the limits of a connection are those of the config") {
  ClientFixture f;
  Result<void> ended;
  auto client = f.add<TcpClient>({.to = f.address, .idle_limit = 5s}, [&ended](Stream& server) {
    return until_the_end(server).or_else([&ended](Error error) { ended = std::move(error); });
  });
  CHECK(f.t.get(f.supervisor.start()));
  TcpStream server = f.accepted();

  f.t.advance(6s);

  CHECK(ended.error() == Errc::timed_out);
}

TEST_CASE("the states of a client can be watched, and the last one is closed") {
  ClientFixture f;
  f.refuse();
  auto client = f.add<TcpClient>({.to = f.address, .reconnect = steady_pauses(2)}, &until_the_end);
  auto up = f.supervisor.start();
  f.t.run_until_idle();
  WatchReader<ClientState> states = client->states();
  CHECK(states.value() == ClientState::backoff);

  f.t.advance(1s);
  auto last = states.changed();

  CHECK(f.t.get(std::move(last)).value() == ClientState::closed);
  CHECK_FALSE(f.t.get(states.changed()).value().has_value());
  CHECK_FALSE(f.t.get(std::move(up)).has_value());
}

TEST_CASE("a client that makes no sense is refused before anything starts") {
  ClientFixture f;
  f.add<TcpClient>({.to = Endpoint(),
                    .reconnect = {.base = 0s},
                    .idle_limit = -1s,
                    .write_limit = -1s,
                    .linger = -1s},
                   &until_the_end);

  const std::string message = f.t.get(f.supervisor.start()).error().message();

  CHECK(message.find("to is no endpoint") != std::string::npos);
  CHECK(message.find("reconnect.base") != std::string::npos);
  CHECK(message.find("idle_limit") != std::string::npos);
  CHECK(message.find("write_limit") != std::string::npos);
  CHECK(message.find("linger") != std::string::npos);
}
