// SPDX-License-Identifier: MIT
//
// What the tests of clients share: a supervisor on a manual clock, a server that can be silenced,
// and handlers that do as the test says.
#pragma once

#include <eddy/core/promise.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/robust_tcp_client.hpp>
#include <eddy/services/tcp_client.hpp>
#include <eddy/testing/fixture.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/resolver_impl.hpp"

namespace eddy::testing {

/// What the handler of a client does with a connection.
using Handler = std::function<Future<void>(Stream&)>;

/// A client whose handler is the test's. `Client` is TcpClient or RobustTcpClient.
template <class Client>
class Handled final : public Client {
 public:
  struct Config {
    typename Client::Config client;
    std::shared_ptr<Handler> handler = std::make_shared<Handler>();

    std::vector<std::string> validate() const { return client.validate(); }
  };

  Handled(Env& env, const Config& config) : Client(env, config.client), config_(config) {}

  Future<void> on_connection(Stream& server) override { return (*config_.handler)(server); }

 private:
  const Config config_;
};

/// Reads until the server ends.
inline Future<void> until_the_end(Stream& server) {
  return server.read_exactly(1'000'000)
      .then([](const std::string&) {})
      .or_else(Errc::end_of_stream, [](const Error&) {});
}

/// A resolver that has the loopback interface for every name, and counts how often it was asked.
inline Resolver a_counting_resolver(Loop& loop, int& asked) {
  class Counting final : public detail::ResolveBackend {
   public:
    explicit Counting(int& count) : count_(count) {}
    Future<detail::ResolveAnswer> look_up(const std::string&,
                                          AddressFamily,
                                          detail::EarlyAnswer&) override {
      ++count_;
      return ready_future(
          detail::ResolveAnswer{.addresses = {Address::parse("127.0.0.1:0").value()}});
    }

   private:
    int& count_;
  };
  return detail::ResolverImpl::make(
      loop, {}, std::unique_ptr<detail::ResolveBackend>(new Counting(asked)));
}

/// A supervisor, and an address that may or may not have a server.
struct ClientFixture {
  explicit ClientFixture(Site site = EDDY_HERE) : t(site), supervisor(t.loop, options()) {
    listen();
    address = listener.local();
  }
  ~ClientFixture() {
    Future<void> stopped = supervisor.stop();
    t.run_until_idle();  // its timers start
    t.advance(std::chrono::seconds(60));
    CHECK(t.get(std::move(stopped)).has_value());
  }
  static Supervisor::Options options() {
    Supervisor::Options chosen;
    chosen.signals = false;
    chosen.raise_file_limit = false;
    return chosen;
  }

  /// Nobody listens any more: attempts are refused.
  void refuse() { listener = {}; }
  void listen() {
    const Address where = address ? address : Address::parse("127.0.0.1:0").value();
    listener = Listener::bind(t.loop, where).value();
  }
  /// The next connection, as the server sees it.
  TcpStream accepted() { return t.get(listener.accept()).value(); }

  /// Waits until the client enters `state`.
  template <class Handle>
  void await_state(const Handle& client, ClientState state) {
    WatchReader<ClientState> states = client->states();
    while (states.value() != state)
      REQUIRE(t.get(states.changed()).value().has_value());
  }

  template <class Client>
  ServiceHandle<Handled<Client>> add(typename Client::Config client, Handler handler) {
    return supervisor
        .add<Handled<Client>>(
            {.client = std::move(client), .handler = std::make_shared<Handler>(std::move(handler))})
        .name("client");
  }

  Fixture t;
  Supervisor supervisor;
  Listener listener;
  Address address;
};

/// Pauses of 1 s, 2 s, 4 s, 4 s, ... and no chance in them.
inline ReconnectPolicy steady_pauses(unsigned attempts = 0) {
  return {.attempts = attempts,
          .base = std::chrono::seconds(1),
          .max = std::chrono::seconds(4),
          .jitter = 0,
          .reset_after = std::chrono::seconds(30)};
}

}  // namespace eddy::testing
