// SPDX-License-Identifier: MIT
//
// What a UdpServer owes when the network does harm to its datagrams.
#include <eddy/kit/supervisor.hpp>
#include <eddy/services/udp_server.hpp>
#include <eddy/testing/udp_proxy.hpp>

#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Gives each datagram back after a second, and remembers what it was.
class Echo final : public UdpServer {
 public:
  using Config = UdpServer::Config;
  using UdpServer::UdpServer;

  Future<void> on_datagram(Datagram datagram) override {
    seen.push_back(datagram.bytes);
    peers.insert(datagram.peer);
    return loop().sleep(1s).then([this, datagram = std::move(datagram)] {
      std::ignore = reply(datagram, datagram.bytes);  // lost, as any datagram may be
    });
  }

  std::vector<std::string> seen;
  std::set<Address> peers;
};

/// A supervisor with the server, a proxy before it, and a client.
struct Served {
  explicit Served(Fixture& t)
      : fixture(t),
        supervisor(t.loop, options()),
        server(supervisor.add<Echo>({.listen = "127.0.0.1:0"_addr})),
        proxy(started_proxy()),
        client(proxy.create_client().value()) {}
  ~Served() {
    proxy.close();
    Future<void> stopped = supervisor.stop();
    fixture.run_until_idle();
    fixture.advance(60s);
    CHECK(fixture.get(std::move(stopped)).has_value());
  }

  void send(std::string_view bytes) {
    const Counter& received = proxy.statistic().client_to_server.received;
    const std::uint64_t next = received.value() + 1;
    CHECK(client.send(bytes).has_value());
    run_until(fixture, [&received, next] { return received.value() == next; });
  }
  /// Runs until the server has all that the proxy has delivered.
  void arrived() {
    const Counter& delivered = proxy.statistic().client_to_server.delivered;
    run_until(fixture, [this, &delivered] { return server->seen.size() == delivered.value(); });
  }

  Fixture& fixture;
  Supervisor supervisor;
  ServiceHandle<Echo> server;
  UdpProxy proxy;
  UdpSocket client;

 private:
  static Supervisor::Options options() {
    Supervisor::Options chosen;
    chosen.signals = false;
    chosen.raise_file_limit = false;
    return chosen;
  }
  UdpProxy started_proxy() {
    CHECK(fixture.get(supervisor.start()).has_value());
    return UdpProxy::start(fixture.loop, server->bound_address()).value();
  }
};

}  // namespace

TEST_CASE("whatever becomes of datagrams, each that arrives is handled by itself") {
  Fixture t;
  Served served(t);
  served.proxy.lose(0.1);
  served.proxy.duplicate(0.1);
  served.proxy.reorder(0.2, 5ms);
  served.proxy.corrupt(0.1);
  served.proxy.latency(Latency::uniform(0ms, 20ms));

  for (int number = 0; number < 100; ++number) {
    served.send("datagram " + std::to_string(number));
    t.advance(1ms);
  }
  t.advance(1s);
  served.arrived();

  CHECK(served.server->statistic().datagrams.value() == served.server->seen.size());
  CHECK(served.server->seen.size() > 80);
  CHECK(served.server->statistic().failed.value() == 0);
  CHECK(served.server->statistic().dropped.value() == 0);
}

TEST_CASE("a client that roams while its handler works gets the next answer at its new address") {
  Fixture t;  // 90
  Served served(t);
  served.send("before");
  served.arrived();

  served.proxy.forget_flows();
  t.advance(1s);  // the answer to the old address is nobody's
  served.send("after");
  served.arrived();
  t.advance(1s);

  CHECK(t.get(served.client.receive()).value().bytes == "after");
  CHECK(served.server->peers.size() == 2);
  CHECK(served.server->statistic().failed.value() == 0);
}

TEST_CASE("a server that answers into a partition goes on when it is over") {
  Fixture t;
  Served served(t);
  served.send("first");
  served.arrived();

  served.proxy.partition(true);
  t.advance(1s);
  const Counter& lost = served.proxy.statistic().server_to_client.lost;
  run_until(t, [&] { return lost.value() == 1; });
  served.proxy.partition(false);
  served.send("second");
  served.arrived();
  t.advance(1s);

  CHECK(t.get(served.client.receive()).value().bytes == "second");
}
