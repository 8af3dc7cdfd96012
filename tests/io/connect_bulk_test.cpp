// SPDX-License-Identifier: MIT
#include <algorithm>
#include <vector>

#include "silent.hpp"

using namespace eddy;
using namespace eddy::testing;
using std::chrono::seconds;

// hardening 93
TEST_CASE("10,000 connects to a dead address have a timer each and leave nothing") {
  IoFixture t;
  Silent dead(t);
  const std::size_t before = open_descriptors();
  constexpr std::size_t at_once = 400;  // more than the usual limit of descriptors is not allowed
  std::size_t timed_out = 0;
  std::size_t most_descriptors = 0;

  for (std::size_t made = 0; made < 10'000; made += at_once) {
    std::vector<Future<void>> connecting;
    for (std::size_t i = 0; i < at_once; ++i) {
      connecting.push_back(
          connect(t.loop, dead.address(), seconds(1)).complete([&](Result<TcpStream>&& result) {
            if (!result && result.error() == Errc::timed_out) ++timed_out;
          }));
    }
    CHECK(t.loop.statistic().active_timers == at_once);
    most_descriptors = std::max(most_descriptors, open_descriptors());
    t.clock.advance(seconds(1));
  }

  CHECK(timed_out == 10'000);
  CHECK(most_descriptors == before + at_once);
  CHECK(open_descriptors() == before);
}
