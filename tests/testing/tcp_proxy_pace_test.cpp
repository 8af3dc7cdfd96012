// SPDX-License-Identifier: MIT
//
// How fast octets go through a TcpProxy, and how many of them it holds.
#include <eddy/testing/tcp_proxy.hpp>

#include <algorithm>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST_CASE("octets arrive when their latency has passed, and not before") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.latency(100ms, ProxyDirection::client_to_server);

  ends.send("late");
  ends.answer("at once");
  CHECK(ends.read(ends.client, 7) == "at once");
  t.advance(99ms);
  CHECK(proxied.to_server().delivered.value() == 0);
  t.advance(1ms);
  CHECK(ends.read(ends.server, 4) == "late");
}

TEST_CASE("latency delays a pipeline and does not throttle it") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.latency(100ms);

  ends.send("1");
  t.advance(10ms);
  ends.send("2");
  t.advance(10ms);
  ends.send("3");
  t.advance(80ms);
  CHECK(proxied.to_server().delivered.value() == 1);
  t.advance(10ms);
  CHECK(proxied.to_server().delivered.value() == 2);
  t.advance(10ms);

  CHECK(ends.read(ends.server, 3) == "123");
}

TEST_CASE("an end and a reset are late as octets are") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  Ends other(proxied);
  proxied.proxy.latency(100ms);
  auto end = ends.server.read();
  auto broken = other.server.read();

  CHECK(t.get(ends.client.shutdown()).has_value());
  other.client.reset();
  t.run_until_idle();
  t.advance(99ms);
  CHECK_FALSE(t.poll(end));
  CHECK_FALSE(t.poll(broken));
  t.advance(1ms);

  CHECK(t.get(std::move(end)).error() == Errc::end_of_stream);
  CHECK(t.get(std::move(broken)).error() == std::errc::connection_reset);
}

TEST_CASE("a latency that is changed releases what waits") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.latency(1h);
  ends.send("first");
  CHECK_FALSE(t.poll(ends.server.read()));

  proxied.proxy.latency(2h);
  CHECK(ends.read(ends.server, 5) == "first");
  ends.send("second");
  t.advance(1h);

  CHECK_FALSE(t.poll(ends.server.read()));
}

TEST_CASE("a slowdown holds for both ways and ends with its scope") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.latency(1ms);
  {
    const RestoredSettings slow = proxied.proxy.slowdown(100ms, 200ms);
    ends.send("ping");
    t.advance(100ms);
    CHECK(ends.read(ends.server, 4) == "ping");
    ends.answer("pong");
    t.advance(199ms);
    CHECK_FALSE(t.poll(ends.client.read()));
    t.advance(1ms);
    CHECK(ends.read(ends.client, 4) == "pong");
  }

  ends.send("fast");
  t.advance(1ms);
  CHECK(ends.read(ends.server, 4) == "fast");
}

TEST_CASE("a latency by chance keeps the order, and is the same for a seed") {
  const auto arrivals = [](std::uint64_t seed) {
    IoFixture t;
    Proxied proxied(t, {.seed = seed});
    Ends ends(proxied);
    proxied.proxy.latency(Latency::uniform(10ms, 50ms), ProxyDirection::client_to_server);
    std::string history;
    for (const char octet : std::string("abcdefgh"))
      ends.send({&octet, 1});
    for (int step = 0; step < 51; ++step, t.advance(1ms))
      history += std::to_string(proxied.to_server().delivered.value());
    CHECK(ends.read(ends.server, 8) == "abcdefgh");
    return history;
  };

  CHECK(arrivals(1) == arrivals(1));
  CHECK(arrivals(1) != arrivals(2));
}

TEST_CASE("lengths lie where their distribution says, and are never below zero") {
  Random random(1);
  std::vector<Duration> evenly(1000);
  std::vector<Duration> bell(1000);
  for (Duration& length : evenly)
    length = Latency::uniform(10ms, 30ms).sample(random);
  for (Duration& length : bell)
    length = Latency::normal(20ms, 20ms).sample(random);
  const auto within = [](const std::vector<Duration>& all, Duration least, Duration most) {
    return std::count_if(all.begin(), all.end(), [least, most](Duration length) {
      return length >= least && length <= most;
    });
  };

  CHECK(Latency::fixed(7ms).sample(random) == 7ms);
  CHECK(within(evenly, 10ms, 30ms) == 1000);
  CHECK(within(evenly, 10ms, 20ms) > 400);
  CHECK(within(evenly, 20ms, 30ms) > 400);
  CHECK(within(bell, 0ms, 140ms) == 1000);
  CHECK(within(bell, 0ms, 40ms) > 780);
  CHECK(within(bell, 0ms, 0ms) > 50);
}

TEST_CASE("lengths near the end of time stay there") {
  Random random(1);
  const Latency even = Latency::uniform(Duration::max(), Duration::max());
  const Latency bell = Latency::normal(Duration::max() / 2, Duration::max());

  CHECK(even.sample(random) > std::chrono::hours(24 * 36'500));
  for (int i = 0; i < 100; ++i)
    CHECK(bell.sample(random) >= Duration::zero());
}

TEST_CASE("bandwidth lets so many octets go in a second, evenly") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.bandwidth(1000, ProxyDirection::client_to_server);

  ends.send(std::string(1000, 'x'));
  t.advance(250ms);
  CHECK(proxied.to_server().delivered.value() == 250);
  t.advance(749ms);
  CHECK(proxied.to_server().delivered.value() < 1000);
  t.advance(1ms);
  CHECK(proxied.to_server().delivered.value() == 1000);
}

TEST_CASE("a pause does not save bandwidth for later") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.bandwidth(1);
  t.advance(1h);

  ends.send("abc");
  t.advance(2s);

  CHECK(ends.read(ends.server, 2) == "ab");
  CHECK(proxied.to_server().delivered.value() == 2);
}

TEST_CASE("bandwidth and latency add up") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.bandwidth(10);
  proxied.proxy.latency(1s);

  ends.send("0123456789");
  t.advance(1s);
  CHECK(proxied.to_server().delivered.value() == 0);
  t.advance(500ms);
  CHECK(proxied.to_server().delivered.value() == 5);
  t.advance(500ms);
  CHECK(proxied.to_server().delivered.value() == 10);
}

TEST_CASE("a bandwidth that is lifted lets everything go") {
  IoFixture t;
  Proxied proxied(t);
  Ends ends(proxied);
  proxied.proxy.bandwidth(1);
  ends.send("waits");
  CHECK(proxied.to_server().delivered.value() == 0);

  proxied.proxy.bandwidth(0);

  CHECK(ends.read(ends.server, 5) == "waits");
}

TEST_CASE("what a stalled proxy holds is bounded, and nothing is lost") {
  IoFixture t;
  Proxied proxied(t, {.max_held = 100'000});
  Ends ends(proxied);
  proxied.proxy.stall(ProxyDirection::client_to_server);
  const std::string sent(8'000'000, 'x');
  auto got = ends.server.read_exactly(sent.size());
  ends.client.write(sent);
  run_until(t, [&] { return proxied.to_server().received.value() >= 100'000; });
  t.run_until_idle();

  CHECK(proxied.to_server().received.value() < 100'000 + Stream::read_ahead);
  CHECK(ends.client.queued() > 0);
  proxied.proxy.resume(ProxyDirection::client_to_server);

  CHECK(t.get(std::move(got)).value() == sent);
}

TEST_CASE("what waits for a receiver that reads nothing is bounded") {
  IoFixture t;
  Proxied proxied(t, {.max_held = 100'000});
  Ends ends(proxied);
  ends.server.pause();
  ends.client.write(std::string(15'000'000, 'x'));  // NOLINT: large on purpose
  t.run_until_idle();

  const std::uint64_t in_kernel = ends.server.statistic().bytes_in + 8'000'000;
  CHECK(proxied.to_server().received.value() < in_kernel + 200'000);
  CHECK(ends.client.queued() > 0);
}

TEST_CASE("an unbuffered proxy reads no more than a piece that has not been taken") {
  IoFixture t;
  Proxied proxied(t, {.buffered = false});
  Ends ends(proxied);
  proxied.proxy.stall(ProxyDirection::client_to_server);

  ends.send("1");
  ends.client.write("2");
  t.run_until_idle();
  CHECK(proxied.to_server().received.value() == 1);

  proxied.proxy.resume(ProxyDirection::client_to_server);
  CHECK(ends.read(ends.server, 2) == "12");
}
