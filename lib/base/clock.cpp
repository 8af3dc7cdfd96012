// SPDX-License-Identifier: MIT
#include <eddy/base/clock.hpp>

#include "immortal.hpp"

namespace eddy {
namespace {

class SystemClock final : public Clock {
 public:
  TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
  WallTime wall() const noexcept override { return std::chrono::system_clock::now(); }
  bool manual() const noexcept override { return false; }
};

constinit detail::Immortal<SystemClock> the_clock;

}  // namespace

Clock& system_clock() noexcept {
  return the_clock.value;
}

}  // namespace eddy
