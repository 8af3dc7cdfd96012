// SPDX-License-Identifier: MIT
//
// What the client makes of a bad network. The sockets are real, the time is not: each test takes
// milliseconds, whatever it waits for.
#include <eddy/core/repeat.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/io/listener.hpp>
#include <eddy/testing/random_fixture.hpp>
#include <eddy/testing/tcp_proxy.hpp>

#include <memory>
#include <string>
#include <utility>

#include "quotes.hpp"

using eddy::Future;
using namespace eddy::literals;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Answers each line until its client goes, and counts them.
class QuoteServer {
 public:
  explicit QuoteServer(eddy::Loop& loop)
      : loop_(loop),
        listener_(eddy::Listener::bind(loop, "127.0.0.1:0"_addr).value()),
        clients_(loop, [](const eddy::Task&, const eddy::Error&) {}) {
    listener_.start([this](eddy::TcpStream client) { serve(std::move(client)); });
  }

  eddy::Address address() const { return listener_.local(); }
  int asked = 0;

 private:
  void serve(eddy::TcpStream stream) {
    auto client = std::make_unique<eddy::TcpStream>(std::move(stream));
    Future<void> served = eddy::repeat(loop_, [this, &from = *client] {
      return from.read_line().then([this, &from](const std::string& name) {
        ++asked;
        from.write(name + " costs 42.\n");
        return eddy::Next::again;
      });
    });
    clients_.spawn("client", std::move(served).attach(std::move(client)));
  }

  eddy::Loop& loop_;
  eddy::Listener listener_;
  eddy::TaskGroup clients_;
};

/// A server, a network between, and the client under test.
struct World {
  explicit World(Fixture& t, std::uint64_t seed = 1)
      : server(t.loop),
        network(TcpProxy::start(t.loop, server.address(), {.seed = seed}).value()),
        quotes(t.loop, network.address()) {}

  QuoteServer server;
  TcpProxy network;
  Quotes quotes;
};

/// Runs until `future` is ready: what the kernel does takes its time, what the clock does none.
template <class T>
eddy::Result<T> outcome(Fixture& t, Future<T> future) {
  while (!t.poll(future))
    t.advance(100ms);
  return t.get(std::move(future));
}

}  // namespace

TEST_CASE("a price comes over a slow network") {
  Fixture t;
  World world(t);
  const RestoredSettings slow = world.network.slowdown(300ms, Latency::normal(500ms, 100ms));

  CHECK(outcome(t, world.quotes.price("tea")).value() == "42");
  CHECK(world.server.asked == 1);
}

TEST_CASE("an answer that is cut is asked for again, over a new connection") {
  Fixture t;
  World world(t);
  world.network.cut_after(12, Cut::end, ProxyDirection::server_to_client);
  world.network.at(500ms, [&] { world.network.cut_after(TcpProxy::never); });

  CHECK(outcome(t, world.quotes.price("tea")).value() == "42");
  CHECK(world.server.asked == 2);
  CHECK(world.network.statistic().clients.value() == 2);
}

TEST_CASE("a server that is away for some seconds is waited for") {
  Fixture t;
  World world(t);
  world.network.refuse(Refusal::closed);
  world.network.at(1500ms, [&] { world.network.refuse(Refusal::none); });

  CHECK(outcome(t, world.quotes.price("tea")).value() == "42");
}

TEST_CASE("a network that is silent for good is an error after three attempts") {
  Fixture t;
  World world(t);
  world.network.partition(true);
  const eddy::TimePoint begin = t.loop.now();

  CHECK(outcome(t, world.quotes.price("tea")).error() == eddy::Errc::timed_out);
  CHECK(t.loop.now() - begin >= 8s);
}

TEST_CASE("whatever the network does, a price is right or an error") {
  for_each_seed(50, [](RandomFixture& t) {
    World world(t, t.random.next());
    TcpProxy& network = world.network;
    network.latency(Latency::uniform(0ms, 1s));
    network.at(t.some_length(5s), [&] { network.reset(); });
    network.at(t.some_length(5s), [&] { network.partition(true); });
    network.at(t.some_length(9s), [&] { network.partition(false); });
    network.cut_after(t.random.below(40));

    for (const std::string name : {"tea", "coffee", "milk"})
      CHECK(outcome(t, world.quotes.price(name)).value_or("42") == "42");
  });
}
