// SPDX-License-Identifier: MIT
//
// A TcpProxy that is told anything at any time.
#include <eddy/testing/random_fixture.hpp>
#include <eddy/testing/tcp_proxy.hpp>

#include <string>

#include "testing/proxied.hpp"

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

namespace {

/// Does one thing that neither loses nor changes octets.
void meddle(TcpProxy& proxy, RandomFixture& t) {
  const auto direction = static_cast<ProxyDirection>(1 + t.random.below(3));
  switch (t.random.below(8)) {
    case 0:
      return proxy.latency(t.some_length(50ms), direction);
    case 1:
      return proxy.latency(Latency::uniform(0ms, 50ms), direction);
    case 2:
      return proxy.latency(Latency::normal(20ms, 20ms), direction);
    case 3:
      return proxy.bandwidth(t.random.below(1'000'000), direction);
    case 4:
      return proxy.stall(direction);
    case 5:
      return proxy.resume(direction);
    case 6:
      return proxy.partition(t.random.one_in(2));
    default:
      return proxy.transform([](ByteView octets) { return std::string(octets); }, direction);
  }
}

/// Octets by which it is seen if one is missing, or in a wrong place.
std::string numbers(std::size_t count) {
  std::string text;
  for (std::size_t number = 0; number < count; ++number)
    text += std::to_string(number) + ',';
  return text;
}

/// Sends `text` in pieces with `actions` between them.
template <class Action>
void send_in_pieces(RandomFixture& t, Ends& ends, const std::string& text, Action&& action) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = 1 + t.random.below(8'000);
    ends.client.write(text.substr(at, size));
    ends.server.write(text.substr(at, size));
    at += size;
    action();
    t.advance(t.some_length(20ms));
  }
}

}  // namespace

TEST_CASE("whatever a proxy is told, all octets arrive in order unless it cuts") {
  for_each_seed(20, [](RandomFixture& t) {
    Proxied proxied(t, {.buffered = t.random.one_in(2), .max_held = 1 + t.random.below(20'000)});
    Ends ends(proxied);
    const std::string sent = numbers(5'000);
    auto there = ends.server.read_exactly(sent.size());
    auto back = ends.client.read_exactly(sent.size());
    {
      const RestoredSettings calm = proxied.proxy.scoped();
      send_in_pieces(t, ends, sent, [&] { meddle(proxied.proxy, t); });
    }

    CHECK(t.get(std::move(there)).value() == sent);
    CHECK(t.get(std::move(back)).value() == sent);
    CHECK(proxied.to_server().dropped.value() == 0);
  });
}

TEST_CASE("where a proxy cuts, what had arrived is the beginning of what was sent") {
  for_each_seed(20, [](RandomFixture& t) {
    Proxied proxied(t, {.max_held = 1 + t.random.below(20'000)});
    Ends ends(proxied);
    Recorder there;
    Recorder back;
    ends.server.start(there);
    ends.client.start(back);
    const std::string sent = numbers(5'000);
    const Cut how = t.random.one_in(2) ? Cut::end : Cut::reset;
    const std::uint64_t limit = t.random.below(20'000);
    proxied.proxy.cut_after(limit, how, ProxyDirection::client_to_server);
    {
      const RestoredSettings calm = proxied.proxy.slowdown(t.some_length(10ms));
      send_in_pieces(t, ends, sent, [] {});
    }
    run_until(t, [&] { return there.ends + there.errors > 0; });

    CHECK(there.bytes == sent.substr(0, limit));
    CHECK(back.bytes == sent.substr(0, back.bytes.size()));
    CHECK(proxied.proxy.statistic().open.value() == 0);
    CHECK(proxied.proxy.statistic().cut.value() == 1);
  });
}
