// SPDX-License-Identifier: MIT
//
// What a UdpProxy does to datagrams.
#include <eddy/testing/udp_proxy.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Remembers the datagrams that came, and from whom.
struct Inbox final : DatagramSink {
  explicit Inbox(UdpSocket& from) : socket(from) { socket.start(*this); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;
  ~Inbox() override { socket.stop(); }

  void on_datagram(const DatagramView& datagram) noexcept override {
    all.emplace_back(datagram.bytes);
    peers.push_back(datagram.peer);
  }
  void on_error(const Error&) noexcept override {}
  /// All that came, one after the other.
  std::string text() const {
    std::string joined;
    for (const std::string& bytes : all)
      joined += bytes;
    return joined;
  }

  UdpSocket& socket;
  std::vector<std::string> all;
  std::vector<Address> peers;
};

/// A server, a proxy before it, and a client.
struct Paths {
  explicit Paths(Fixture& t, const UdpProxy::Options& options = {})
      : fixture(t),
        server(UdpSocket::bind(t.loop, "127.0.0.1:0"_addr).value()),
        proxy(UdpProxy::start(t.loop, server.local(), options).value()),
        client(proxy.create_client().value()),
        at_server(server),
        at_client(client) {}

  /// Sends from the client, and runs until the proxy has it.
  void send(std::string_view bytes) { send(client, bytes); }
  void send(UdpSocket& from, std::string_view bytes) {
    const std::uint64_t next = to_server().received.value() + 1;
    CHECK(from.send(bytes).has_value());
    run_until(fixture, [this, next] { return to_server().received.value() == next; });
  }
  /// Sends from the server to whom it heard last.
  void answer(std::string_view bytes) {
    const std::uint64_t next = to_client().received.value() + 1;
    CHECK(server.send_to(at_server.peers.back(), bytes).has_value());
    run_until(fixture, [this, next] { return to_client().received.value() == next; });
  }
  /// Runs until the server has so many datagrams.
  void arrived(std::size_t count) {
    run_until(fixture, [this, count] { return at_server.all.size() == count; });
  }
  const DatagramTrafficStatistic& to_server() const { return proxy.statistic().client_to_server; }
  const DatagramTrafficStatistic& to_client() const { return proxy.statistic().server_to_client; }

  Fixture& fixture;
  UdpSocket server;
  UdpProxy proxy;
  UdpSocket client;
  Inbox at_server;
  Inbox at_client;
};

/// Which of a hundred datagrams arrive, by what `setting` does.
template <class Setting>
std::string survivors(std::uint64_t seed, Setting&& setting) {
  IoFixture t;
  Paths proxied(t, {.seed = seed});
  setting(proxied.proxy);
  for (char number = 0; number < 100; ++number)
    proxied.send({&number, 1});
  proxied.proxy.latency({});  // what is on its way arrives
  proxied.arrived(proxied.to_server().delivered.value());
  return proxied.at_server.text();
}

}  // namespace

TEST_CASE("a proxy that is left alone passes on datagrams both ways") {
  IoFixture t;
  Paths proxied(t);

  proxied.send("question");
  proxied.send("");
  proxied.arrived(2);
  proxied.answer("answer");
  run_until(t, [&] { return proxied.at_client.all.size() == 1; });

  CHECK(proxied.at_server.all == std::vector<std::string>{"question", ""});
  CHECK(proxied.at_client.all.front() == "answer");
  CHECK(proxied.to_server().delivered.value() == 2);
  CHECK(proxied.to_client().delivered.value() == 1);
}

TEST_CASE("the largest datagram goes through whole") {
  IoFixture t;
  Paths proxied(t);
  const std::string large(UdpSocket::max_size, 'x');

  proxied.send(large);
  proxied.arrived(1);

  CHECK(proxied.at_server.all.front() == large);
}

TEST_CASE("each client has a flow of its own, and gets the answers to it") {
  IoFixture t;
  Paths proxied(t);
  UdpSocket other = proxied.proxy.create_client().value();
  Inbox at_other(other);

  proxied.send("1");
  proxied.arrived(1);
  proxied.send(other, "2");
  proxied.arrived(2);
  proxied.answer("to the other");
  run_until(t, [&] { return at_other.all.size() == 1; });

  CHECK(proxied.at_server.peers[0] != proxied.at_server.peers[1]);
  CHECK(proxied.at_client.all.empty());
  CHECK(proxied.proxy.statistic().open.value() == 2);
}

TEST_CASE("a share of the datagrams is lost, the same ones for a seed") {
  const auto lossy = [](UdpProxy& proxy) {
    proxy.lose(0.2);
  };
  const std::string first = survivors(1, lossy);

  CHECK(first.size() > 60);
  CHECK(first.size() < 95);
  CHECK(survivors(1, lossy) == first);
  CHECK(survivors(2, lossy) != first);
}

TEST_CASE("which datagrams are lost does not depend on what else happens to them") {
  const auto lossy = [](UdpProxy& proxy) {
    proxy.lose(0.2);
  };
  const auto worse = [](UdpProxy& proxy) {
    proxy.lose(0.2);
    proxy.duplicate(1);
    proxy.latency(Latency::normal(10ms, 5ms));
  };
  const std::string once = survivors(1, lossy);
  const std::string twice = survivors(1, worse);

  CHECK(twice.size() == 2 * once.size());
  CHECK(std::set<char>(once.begin(), once.end()) == std::set<char>(twice.begin(), twice.end()));
}

TEST_CASE("a share of the datagrams arrives twice") {
  const std::string got = survivors(1, [](UdpProxy& proxy) { proxy.duplicate(0.2); });

  CHECK(std::set<char>(got.begin(), got.end()).size() == 100);
  CHECK(got.size() > 105);
  CHECK(got.size() < 140);
}

TEST_CASE("loss is of one direction") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.lose(1, ProxyDirection::server_to_client);

  proxied.send("question");
  proxied.arrived(1);
  proxied.answer("answer");

  CHECK(proxied.to_client().lost.value() == 1);
  CHECK(proxied.to_client().delivered.value() == 0);
}

TEST_CASE("a share of the datagrams is overtaken by the others") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.reorder(1, 10ms);
  proxied.send("1");
  proxied.proxy.reorder(0, 10ms);
  proxied.send("2");
  proxied.arrived(1);
  CHECK(proxied.at_server.text() == "2");

  t.advance(9ms);
  CHECK(proxied.to_server().delivered.value() == 1);
  t.advance(1ms);
  proxied.arrived(2);

  CHECK(proxied.at_server.text() == "21");
  CHECK(proxied.to_server().reordered.value() == 1);
}

TEST_CASE("datagrams arrive when their latency has passed, and not before") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.latency(100ms);

  proxied.send("1");
  t.advance(50ms);
  proxied.send("2");
  t.advance(49ms);
  CHECK(proxied.to_server().delivered.value() == 0);
  t.advance(1ms);
  CHECK(proxied.to_server().delivered.value() == 1);
  t.advance(50ms);
  proxied.arrived(2);

  CHECK(proxied.at_server.text() == "12");
}

TEST_CASE("datagrams with latencies by chance overtake each other") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.latency(Latency::uniform(10ms, 100ms));
  for (const char number : std::string("abcdefghij"))
    proxied.send({&number, 1});

  t.advance(100ms);
  proxied.arrived(10);

  std::string sorted = proxied.at_server.text();
  CHECK(sorted != "abcdefghij");
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == "abcdefghij");
}

TEST_CASE("a latency that is changed releases what is on its way, in order") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.latency(1h);
  proxied.send("1");
  proxied.send("2");
  CHECK(proxied.to_server().delivered.value() == 0);

  proxied.proxy.latency(2h);
  proxied.arrived(2);

  CHECK(proxied.at_server.text() == "12");
}

TEST_CASE("the bandwidth is shared by all, and what is too much is lost") {
  IoFixture t;
  Paths proxied(t, {.max_held = 2});
  UdpSocket other = proxied.proxy.create_client().value();
  proxied.proxy.bandwidth(100);

  proxied.send(std::string(50, 'a'));
  proxied.send(other, std::string(50, 'b'));
  proxied.send(std::string(50, 'c'));
  CHECK(proxied.to_server().overflowed.value() == 1);
  t.advance(499ms);
  CHECK(proxied.to_server().delivered.value() == 0);
  t.advance(1ms);
  CHECK(proxied.to_server().delivered.value() == 1);
  t.advance(500ms);
  proxied.arrived(2);

  CHECK(proxied.at_server.all.back() == std::string(50, 'b'));
}

TEST_CASE("another bandwidth is that of the next datagram") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.bandwidth(1);
  proxied.send(std::string(50, 'a'));

  proxied.proxy.bandwidth(100);
  proxied.send(std::string(50, 'b'));
  t.advance(500ms);
  proxied.arrived(1);

  CHECK(proxied.at_server.all.back() == std::string(50, 'b'));
}

TEST_CASE("a corrupted datagram has one bit flipped") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.corrupt(1);

  proxied.send(std::string(100, '\0'));
  proxied.arrived(1);
  const std::string& got = proxied.at_server.all.front();
  const auto zeros = std::count(got.begin(), got.end(), '\0');

  CHECK(got.size() == 100);
  CHECK(zeros == 99);
  CHECK(proxied.to_server().corrupted.value() == 1);
}

TEST_CASE("what is too long arrives without its end") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.truncate(4);

  proxied.send("123456");
  proxied.send("12");
  proxied.arrived(2);

  CHECK(proxied.at_server.all == std::vector<std::string>{"1234", "12"});
  CHECK(proxied.to_server().truncated.value() == 1);
}

TEST_CASE("a partition loses what comes, and no more when it is over") {
  IoFixture t;
  Paths proxied(t);
  proxied.proxy.at(1s, [&] { proxied.proxy.partition(true); }).at(2s, [&] {
    proxied.proxy.partition(false);
  });

  proxied.send("before");
  t.advance(1s);
  proxied.send("lost");
  t.advance(1s);
  proxied.send("after");
  proxied.arrived(2);

  CHECK(proxied.at_server.text() == "beforeafter");
  CHECK(proxied.to_server().lost.value() == 1);
}
