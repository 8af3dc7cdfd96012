// SPDX-License-Identifier: MIT
//
// The flows of a UdpProxy, its scopes, and who may die when.
#include <eddy/testing/udp_proxy.hpp>

#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// A server, and a proxy before it.
struct Target {
  explicit Target(Fixture& t, const UdpProxy::Options& options = {})
      : fixture(t),
        server(UdpSocket::bind(t.loop, "127.0.0.1:0"_addr).value()),
        proxy(UdpProxy::start(t.loop, server.local(), options).value()) {}

  /// A datagram of `client`, as the server sees it.
  Datagram through(UdpSocket& client, std::string_view bytes) {
    CHECK(client.send(bytes).has_value());
    return fixture.get(server.receive()).value();
  }
  UdpSocket client() { return proxy.create_client().value(); }

  Fixture& fixture;
  UdpSocket server;
  UdpProxy proxy;
};

}  // namespace

TEST_CASE("a flow keeps its port, and one that was idle for too long gets another") {
  IoFixture t;
  Target target(t, {.flow_idle = 10s});
  UdpSocket client = target.client();

  const Address first = target.through(client, "1").peer;
  t.advance(9s);
  CHECK(target.through(client, "2").peer == first);
  t.advance(9s);
  CHECK(target.through(client, "3").peer == first);
  CHECK(target.proxy.statistic().expired.value() == 0);
  t.advance(10s);

  CHECK(target.proxy.statistic().expired.value() == 1);
  CHECK(target.proxy.statistic().open.value() == 0);
  CHECK(target.through(client, "4").bytes == "4");
  CHECK(target.proxy.statistic().flows.value() == 2);
}

TEST_CASE("answers keep a flow, too") {
  IoFixture t;
  Target target(t, {.flow_idle = 10s});
  UdpSocket client = target.client();
  const Address peer = target.through(client, "1").peer;

  t.advance(9s);
  CHECK(target.server.send_to(peer, "answer").has_value());
  CHECK(t.get(client.receive()).value().bytes == "answer");
  t.advance(9s);

  CHECK(target.proxy.statistic().open.value() == 1);
}

TEST_CASE("at the bound of flows the one that was idle longest makes room") {
  IoFixture t;
  Target target(t, {.max_flows = 2});
  UdpSocket one = target.client();
  UdpSocket two = target.client();
  UdpSocket three = target.client();
  const Address first = target.through(one, "1").peer;
  t.advance(1s);
  target.through(two, "2");
  t.advance(1s);
  CHECK(target.through(one, "1").peer == first);
  t.advance(1s);

  target.through(three, "3");

  CHECK(target.proxy.statistic().open.value() == 2);
  CHECK(target.proxy.statistic().evicted.value() == 1);
  CHECK(target.through(one, "1").peer == first);
  CHECK(target.proxy.statistic().evicted.value() == 1);
}

TEST_CASE("a client that roams is seen at another address, each datagram by itself") {  // 90
  IoFixture t;
  Target target(t);
  UdpSocket client = target.client();
  UdpSocket other = target.client();
  const Address before = target.through(client, "1").peer;
  target.through(other, "2");

  target.proxy.forget_flows();
  const Datagram after = target.through(client, "3");

  CHECK(after.bytes == "3");
  CHECK(after.peer != before);
  CHECK(target.server.send_to(after.peer, "here").has_value());
  CHECK(t.get(client.receive()).value().bytes == "here");
}

TEST_CASE("what is on its way to a flow that is given up is not delivered") {
  IoFixture t;
  Target target(t);
  UdpSocket client = target.client();
  target.through(client, "1");
  target.proxy.latency(1s);
  CHECK(client.send("late").has_value());
  const DatagramTrafficStatistic& to_server = target.proxy.statistic().client_to_server;
  run_until(t, [&] { return to_server.received.value() == 2; });

  target.proxy.forget_flows();
  t.advance(1s);

  CHECK(to_server.undelivered.value() == 1);
  CHECK_FALSE(t.poll(target.server.receive()));
}

TEST_CASE("a flow that was given up does not expire as well") {
  IoFixture t;
  Target target(t, {.flow_idle = 10s});
  UdpSocket client = target.client();
  target.proxy.latency(20s);
  CHECK(client.send("late").has_value());
  const UdpProxyStatistic& statistic = target.proxy.statistic();
  run_until(t, [&] { return statistic.client_to_server.received.value() == 1; });

  target.proxy.forget_flows();
  t.advance(15s);
  CHECK(statistic.expired.value() == 0);
  t.advance(5s);

  CHECK(statistic.client_to_server.undelivered.value() == 1);
}

TEST_CASE("a target that is not there is silent, and is counted") {
  IoFixture t;
  Target target(t);
  UdpSocket client = target.client();
  target.server.close();

  CHECK(client.send("anybody?").has_value());
  run_until(t, [&] { return target.proxy.statistic().unreachable.value() == 1; });

  CHECK_FALSE(t.poll(client.receive()));
}

TEST_CASE("a scope puts back every setting") {
  IoFixture t;
  Target target(t);
  UdpSocket client = target.client();
  {
    const RestoredSettings before = target.proxy.scoped();
    target.proxy.lose(1);
    target.proxy.duplicate(1);
    target.proxy.reorder(1, 1h);
    target.proxy.latency(1h);
    target.proxy.bandwidth(1);
    target.proxy.corrupt(1);
    target.proxy.truncate(1);
    target.proxy.partition(true);
  }

  CHECK(target.through(client, "as before").bytes == "as before");
  CHECK_FALSE(t.poll(target.server.receive()));
}

TEST_CASE("a proxy may be destroyed by its script, with datagrams on their way") {
  IoFixture t;
  UdpSocket server = UdpSocket::bind(t.loop, "127.0.0.1:0"_addr).value();
  std::optional<UdpProxy> proxy = UdpProxy::start(t.loop, server.local()).value();
  UdpSocket client = proxy->create_client().value();
  bool ran = false;
  proxy->latency(2s);
  proxy->at(1s, [&] { proxy.reset(); }).at(2s, [&] { ran = true; });
  CHECK(client.send("never").has_value());
  run_until(t, [&] { return proxy->statistic().client_to_server.received.value() == 1; });

  t.advance(1s);
  CHECK_FALSE(proxy.has_value());
  t.advance(2s);

  CHECK_FALSE(ran);
  CHECK_FALSE(t.poll(server.receive()));
}

TEST_CASE("a closed proxy does nothing more, and may be closed twice") {
  IoFixture t;
  Target target(t);
  UdpSocket client = target.client();
  target.through(client, "1");
  bool ran = false;
  const RestoredSettings before = target.proxy.scoped();
  target.proxy.at(1s, [&] { ran = true; });
  target.proxy.latency(1s);
  CHECK(client.send("on its way").has_value());
  run_until(t, [&] { return target.proxy.statistic().client_to_server.received.value() == 2; });

  target.proxy.close();
  CHECK(t.loop.statistic().active_timers == 0);
  target.proxy.close();
  target.proxy.at(1s, [&] { ran = true; });
  target.proxy.latency(1s);
  std::ignore = client.send("to nobody");
  t.advance(1s);

  CHECK_FALSE(ran);
  CHECK_FALSE(t.poll(target.server.receive()));
  CHECK(target.proxy.statistic().open.value() == 0);
}

TEST_CASE("a moved proxy goes on") {
  IoFixture t;
  Target target(t);
  UdpSocket client = target.client();
  UdpProxy other = UdpProxy::start(t.loop, target.server.local()).value();

  other = UdpProxy(std::move(target.proxy));

  CHECK(target.through(client, "here").bytes == "here");
  target.proxy = std::move(other);
}

TEST_CASE("an address that cannot be bound is an error") {
  IoFixture t;
  const UdpSocket taken = UdpSocket::bind(t.loop, "127.0.0.1:0"_addr).value();

  const auto proxy = UdpProxy::start(t.loop, taken.local(), {.listen = taken.local()});

  CHECK(proxy.error() == std::errc::address_in_use);
}

TEST_CASE("a proxy may be destroyed after its loop, with datagrams on their way") {
  std::optional<UdpProxy> proxy;
  UdpSocket client;
  {
    Loop loop;
    const UdpSocket server = UdpSocket::bind(loop, "127.0.0.1:0"_addr).value();
    proxy = UdpProxy::start(loop, server.local()).value();
    proxy->latency(1h);
    proxy->at(1h, [] {});
    client = proxy->create_client().value();
    CHECK(client.send("on its way").has_value());
    while (proxy->statistic().client_to_server.received.value() == 0)
      loop.turn(true);
  }

  CHECK(proxy->statistic().open.value() == 1);
  proxy.reset();
  CHECK_FALSE(client.open());
}
