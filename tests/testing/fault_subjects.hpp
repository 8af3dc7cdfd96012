// SPDX-License-Identifier: MIT
//
// Whom the table of network faults (fault_table.hpp) is run for: plain TCP, TLS over TCP, and the
// same as a robust client makes its connections.
#pragma once

#include <eddy/core/promise.hpp>
#include <eddy/kit/supervisor.hpp>
#include <eddy/testing/tcp_proxy.hpp>

#include <optional>
#include <utility>

#include "io/support.hpp"
#include "io/tls_kit.hpp"

namespace eddy::testing::faults {

/// A listener, and a proxy before it.
struct ThroughProxy {
  explicit ThroughProxy(Fixture& t, const TcpProxy::Options& options = {})
      : fixture(t),
        listener(Listener::bind(t.loop, Address::parse("127.0.0.1:0").value()).value()),
        proxy(TcpProxy::start(t.loop, listener.local(), options).value()) {}

  void stop_target() { listener.close(); }

  Fixture& fixture;
  Listener listener;
  TcpProxy proxy;
};

struct ThroughTcp : ThroughProxy {
  using ThroughProxy::ThroughProxy;

  Future<Stream> try_connect() {
    return connect(fixture.loop, proxy.address()).then([](TcpStream made) {
      return Stream(std::move(made));
    });
  }
  Stream accept() { return fixture.get(listener.accept()).value(); }

  /// TCP cannot tell an end in the midst of a message from one after it: the reader can.
  static bool torn(const Error& error) { return error == Errc::end_of_stream; }
  static constexpr bool notices_corruption = false;
};

struct ThroughTls : ThroughProxy {
  using ThroughProxy::ThroughProxy;

  Future<Stream> try_connect() {
    return connect(fixture.loop, proxy.address())
        .then([this](TcpStream made) { return tls_connect(std::move(made), client, "localhost"); })
        .then([](TlsStream made) { return Stream(std::move(made)); });
  }
  Stream accept() {
    auto secured = listener.accept().then(
        [this](TcpStream made) { return tls_accept(std::move(made), server); });
    return fixture.get(std::move(secured)).value();
  }

  /// An end without close_notify is a truncation.
  static bool torn(const Error& error) { return error == Errc::truncated; }
  static constexpr bool notices_corruption = true;

  TlsClientContext client = a_client();
  TlsServerContext server = a_server();
};

/// A client that hands its first connection out, and the error of its first attempt.
template <class Client>
class Handing final : public Client {
 public:
  using Config = typename Client::Config;

  Handing(Env& env, Config config)
      : Client(env, std::move(config)), promise_(env.loop()), first_(promise_->future()) {}

  /// To be called once.
  Future<Stream> first() { return std::move(first_); }
  Future<void> on_connection(Stream& server) override {
    auto [stand_in, other_end] = duplex(this->loop());
    if (promise_) std::move(*promise_).set_value(std::exchange(server, std::move(stand_in)));
    promise_.reset();
    return this->loop().sleep(std::chrono::hours(1)).attach(std::move(other_end));
  }
  bool retry(const Error& error) const override {
    if (promise_) std::move(*promise_).set_error(error);
    promise_.reset();
    return Client::retry(error);
  }

 private:
  mutable std::optional<Promise<Stream>> promise_;
  Future<Stream> first_;
};

/// The connections of `Client`, in place of those of `Through`.
template <class Client, class Through>
struct ThroughClient : Through {
  using Through::Through;

  Future<Stream> try_connect() {
    Supervisor::Options quiet;
    quiet.signals = false;
    quiet.raise_file_limit = false;
    auto client =
        supervisor.emplace(this->fixture.loop, quiet).template add<Handing<Client>>(config());
    CHECK(this->fixture.get(supervisor->start()));
    return client->first();
  }

  typename Client::Config config() const {
    typename Client::Config made{.to = this->proxy.address()};
    if constexpr (requires { made.tls; }) made.tls = client_options();
    return made;
  }

  std::optional<Supervisor> supervisor;
};

}  // namespace eddy::testing::faults
