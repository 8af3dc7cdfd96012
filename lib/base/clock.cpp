// SPDX-License-Identifier: MIT
#include <eddy/base/clock.hpp>

#include <ctime>

#include "immortal.hpp"

namespace eddy {
namespace {

class SystemClock final : public Clock {
 public:
  TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
  TimePoint coarse() const noexcept override {
#if defined(CLOCK_MONOTONIC_COARSE)
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return TimePoint(std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec));
#else
    return now();
#endif
  }
  WallTime wall() const noexcept override {
    return std::chrono::system_clock::now();
  }
  bool manual() const noexcept override {
    return false;
  }
};

constinit detail::Immortal<SystemClock> the_clock;

}  // namespace

Clock& system_clock() noexcept {
  return the_clock.value;
}

}  // namespace eddy
