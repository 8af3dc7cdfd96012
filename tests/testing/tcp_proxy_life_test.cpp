// SPDX-License-Identifier: MIT
//
// Scripts and scopes of a TcpProxy, and who may die when.
#include <eddy/testing/tcp_proxy.hpp>

#include <memory>
#include <optional>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("a script acts at its times on the loop's clock") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  TcpProxy& proxy = proxied.proxy;
  proxy.at(2s, [&] { proxy.partition(true); }).at(3s, [&] { proxy.partition(false); });

  t.advance(1999ms);
  ends.send("1");
  CHECK(ends.read(ends.server, 1) == "1");
  t.advance(1ms);
  ends.send("2");
  CHECK_FALSE(t.poll(ends.server.read()));
  t.advance(1s);

  CHECK(ends.read(ends.server, 1) == "2");
}

TEST_CASE("a script may destroy its proxy, and ends with it") {
  IoFixture t;
  bool ran = false;
  const Listener target = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  std::optional<TcpProxy> proxy = TcpProxy::start(t.loop, target.local()).value();
  proxy->at(1s, [&] { proxy.reset(); }).at(2s, [&] { ran = true; });

  t.advance(1s);
  CHECK_FALSE(proxy.has_value());
  t.advance(2s);
  CHECK_FALSE(ran);
}

TEST_CASE("a scope puts back every setting") {
  IoFixture t;
  Proxied proxied(t);
  TcpProxy& proxy = proxied.proxy;
  Ends ends(proxied);
  {
    const RestoredSettings before = proxy.scoped();
    proxy.latency(1h);
    proxy.bandwidth(1);
    proxy.corrupt(1);
    proxy.transform([](ByteView) { return std::string("other"); });
    proxy.stall();
    proxy.partition(true);
    proxy.refuse(Refusal::closed);
    proxy.cut_after(3);
    proxy.keep_half_close(false);
  }

  ends.send("as before");
  CHECK(ends.read(ends.server, 9) == "as before");
  CHECK(t.get(ends.client.shutdown()).has_value());
  CHECK(ends.failure(ends.server) == Errc::end_of_stream);
  ends.answer("half-closed");
  CHECK(ends.read(ends.client, 11) == "half-closed");
  Ends newcomer(proxied);
}

TEST_CASE("a scope leaves alone what did not change in it") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.latency(1s);
  ends.send("on its way");
  {
    const RestoredSettings before = proxied.proxy.scoped();
    proxied.proxy.stall();
  }
  t.advance(999ms);
  CHECK(proxied.to_server().delivered.value() == 0);
  t.advance(1ms);

  CHECK(ends.read(ends.server, 10) == "on its way");
}

TEST_CASE("a scope may outlive its proxy") {
  IoFixture t;
  const Listener target = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  RestoredSettings before;
  {
    TcpProxy proxy = TcpProxy::start(t.loop, target.local()).value();
    before = proxy.scoped();
    proxy.refuse(Refusal::closed);
  }

  before = {};
  t.run_until_idle();

  CHECK(t.loop.statistic().open_handles == 1);  // the target
}

TEST_CASE("a destroyed proxy closes its connections and its port") {
  IoFixture t;
  Listener target = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  auto accepted = target.accept();
  std::optional<TcpProxy> proxy = TcpProxy::start(t.loop, target.local()).value();
  const Address address = proxy->address();
  TcpStream client = t.get(proxy->create_client()).value();
  TcpStream server = t.get(std::move(accepted)).value();

  proxy.reset();

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
  CHECK(t.get(server.read()).error() == Errc::end_of_stream);
  CHECK(t.get(connect(t.loop, address)).error() == std::errc::connection_refused);
}

TEST_CASE("a proxy may be destroyed while it connects to the target") {
  IoFixture t;
  const Listener target = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  std::optional<TcpProxy> proxy = TcpProxy::start(t.loop, target.local()).value();
  TcpStream client = t.get(proxy->create_client()).value();
  run_until(t, [&] { return proxy->statistic().clients.value() == 1; });

  proxy.reset();

  CHECK(t.get(client.read()).error() == Errc::end_of_stream);
}

TEST_CASE("a proxy may be destroyed by its transform, with octets on their way") {
  IoFixture t;
  Listener target = Listener::bind(t.loop, "127.0.0.1:0"_addr).value();
  auto accepted = target.accept();
  std::optional<TcpProxy> proxy = TcpProxy::start(t.loop, target.local()).value();
  TcpStream client = t.get(proxy->create_client()).value();
  TcpStream server = t.get(std::move(accepted)).value();
  const auto captured = std::make_shared<std::string>("alive");
  proxy->transform([&proxy, captured](ByteView octets) {
    proxy.reset();
    return *captured + std::string(octets);
  });

  client.write("now");

  CHECK(t.get(server.read()).error() == Errc::end_of_stream);
  CHECK_FALSE(proxy.has_value());
  CHECK(captured.use_count() == 1);
}

TEST_CASE("a transform may replace itself and reset its connection") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.transform([&](ByteView octets) {
    proxied.proxy.transform(nullptr);
    proxied.proxy.reset();
    return std::string(octets);
  });

  ends.client.write("now");

  CHECK(ends.failure(ends.server) == std::errc::connection_reset);
}

TEST_CASE("a closed proxy does nothing more, and may be closed twice") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  bool ran = false;
  proxied.proxy.at(1s, [&] { ran = true; });
  proxied.proxy.latency(1s);
  ends.send("on its way");

  proxied.proxy.close();
  CHECK(t.loop.statistic().active_timers == 0);
  proxied.proxy.close();
  proxied.proxy.partition(true);
  proxied.proxy.partition(false);
  proxied.proxy.refuse(Refusal::none);
  proxied.proxy.at(1s, [&] { ran = true; });
  t.advance(1s);

  CHECK_FALSE(ran);
  CHECK(t.get(proxied.proxy.create_client()).error() == std::errc::connection_refused);
}

TEST_CASE("a moved proxy goes on, and the one it replaces is closed") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  TcpProxy other = TcpProxy::start(t.loop, proxied.target.local()).value();
  const Address address = other.address();

  other = TcpProxy(std::move(proxied.proxy));
  proxied.proxy = std::move(other);

  ends.send("here");
  CHECK(ends.read(ends.server, 4) == "here");
  CHECK(t.get(connect(t.loop, address)).error() == std::errc::connection_refused);
}

TEST_CASE("the future of a disconnect may be dropped") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);

  std::ignore = proxied.proxy.disconnect_all();

  CHECK(ends.failure(ends.client) == Errc::end_of_stream);
}

TEST_CASE("a proxy may be destroyed after its loop, with octets on their way") {
  std::optional<TcpProxy> proxy;
  TcpStream client;
  {
    Loop loop;
    Listener target = Listener::bind(loop, "127.0.0.1:0"_addr).value();
    proxy = TcpProxy::start(loop, target.local()).value();
    proxy->latency(1h);
    proxy->at(1h, [] {});
    client = loop.run_until(proxy->create_client()).value();
    client.write("on its way");
    while (proxy->statistic().client_to_server.received.value() == 0)
      loop.turn(true);
  }

  CHECK(proxy->statistic().open.value() == 1);
  proxy.reset();
  CHECK_FALSE(client.open());
}
