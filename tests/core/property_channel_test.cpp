// SPDX-License-Identifier: MIT
#include <eddy/core/channel.hpp>
#include <eddy/testing/random_fixture.hpp>

#include <optional>

#include "core/property_traffic.hpp"

using namespace eddy;
using eddy::testing::fewer_if_watched;
using eddy::testing::for_each_seed;
using eddy::testing::RandomFixture;
using eddy::testing::Traffic;
using eddy::testing::TrafficItem;

namespace {

constexpr std::uint64_t seeds = 10'000;

struct ChannelLine {
  explicit ChannelLine(std::size_t capacity) : channel(capacity) {}

  Future<void> put(TrafficItem item) { return channel.send(item); }
  Future<std::optional<TrafficItem>> take() { return channel.receive(); }
  Future<std::optional<TrafficItem>> ask() { return channel.receive(); }
  std::optional<TrafficItem> try_take() { return channel.try_receive(); }
  void close() { channel.close(); }
  bool closed() const { return channel.closed(); }
  bool full() const { return channel.size() >= channel.capacity(); }
  bool empty() const { return channel.empty(); }

  Channel<TrafficItem> channel;
};

/// Without room: every item goes from hand to hand.
struct Rendezvous : ChannelLine {
  explicit Rendezvous(std::size_t) : ChannelLine(0) {}
};

template <class Line>
void run_traffic(RandomFixture& t) {
  Traffic<Line> traffic(t);
  traffic.run();
  traffic.check_end();
}

}  // namespace

TEST_CASE("under any schedule a channel loses and doubles no item, and keeps their order") {
  for_each_seed(fewer_if_watched(seeds), &run_traffic<ChannelLine>);
}

TEST_CASE("under any schedule a channel without room loses and doubles no item") {
  for_each_seed(fewer_if_watched(seeds), &run_traffic<Rendezvous>);
}
