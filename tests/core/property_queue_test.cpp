// SPDX-License-Identifier: MIT
#include <eddy/core/queue.hpp>
#include <eddy/core/thread_channel.hpp>
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

/// What a Queue and a ThreadChannel have in common.
template <class Queue>
struct Line {
  explicit Line(std::size_t capacity) : queue(capacity) {}

  Future<void> put(TrafficItem item) { return queue.put(item); }
  Future<std::optional<TrafficItem>> take() {
    return queue.get()
        .then([](TrafficItem item) { return std::optional<TrafficItem>(item); })
        .or_else(Errc::closed, [](const Error&) { return std::optional<TrafficItem>(); });
  }
  Future<TrafficItem> ask() { return queue.get(); }
  std::optional<TrafficItem> try_take() { return queue.try_get(); }
  void close() { queue.close(); }
  bool closed() const { return queue.closed(); }
  bool full() const { return queue.size() >= queue.capacity(); }
  bool empty() const { return queue.size() == 0; }

  Queue queue;
};

template <class Queue>
void run_traffic(RandomFixture& t) {
  Traffic<Line<Queue>> traffic(t);
  traffic.run();
  traffic.check_end();
}

}  // namespace

TEST_CASE("under any schedule a queue loses and doubles no item, and keeps their order") {
  for_each_seed(fewer_if_watched(seeds), &run_traffic<Queue<TrafficItem>>);
}

TEST_CASE("under any schedule of its loop a thread channel loses and doubles no item") {
  for_each_seed(fewer_if_watched(seeds / 20), &run_traffic<ThreadChannel<TrafficItem>>);
}
