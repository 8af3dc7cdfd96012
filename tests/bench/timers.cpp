// SPDX-License-Identifier: MIT
// What a pending timer costs: 100,000 of them armed with random due times, then cancelled by
// dropping their futures. limit/timers.c does the same with uv_timer_t.
#include <eddy/core/loop.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "alloc_count.h"

namespace {

constexpr std::size_t count = 100'000;
constexpr int rounds = 15;

class Random {
 public:
  eddy::Duration due() {
    seed_ ^= seed_ << 13;
    seed_ ^= seed_ >> 7;
    seed_ ^= seed_ << 17;
    return std::chrono::milliseconds(60'000 + seed_ % 60'000);
  }

 private:
  std::uint64_t seed_ = 88172645463325252;
};

double nanoseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::nano>(now).count();
}

void report(const char* name, double ns, double allocations) {
  constexpr double each = static_cast<double>(count);
  std::printf("name=%s ns=%.2f allocations=%.3f\n", name, ns / each, allocations / each);
}

}  // namespace

int main() {
  eddy::Loop loop;
  Random random;
  std::vector<eddy::Future<void>> timers(count);
  double arm = 1e18;
  double cancel = 1e18;
  double allocations = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = alloc_count();
    const double start = nanoseconds();
    for (auto& timer : timers)
      timer = loop.sleep(random.due());
    const double armed = nanoseconds();
    allocations = static_cast<double>(alloc_count() - before);
    const double cancelling = nanoseconds();
    for (auto& timer : timers)
      timer = {};
    cancel = std::min(cancel, nanoseconds() - cancelling);
    arm = std::min(arm, armed - start);
  }
  report("arm", arm, allocations);
  report("cancel", cancel, 0);
  return 0;
}
