// SPDX-License-Identifier: MIT
//
// What is to be done at which time. Private to testing.
#pragma once

#include <eddy/core/loop.hpp>

#include <utility>
#include <vector>

namespace eddy::testing::inner {

/// Actions that wait for their time; they die with it, which an action may cause.
class Script {
 public:
  explicit Script(Loop& loop) noexcept : loop_(loop) {}

  void at(Duration after, Function<void()> action, Site site) {
    std::erase_if(waiting_, [](const Future<void>& done) { return done.ready(); });
    waiting_.push_back(loop_.sleep(after, site).then(std::move(action), site));
  }
  void clear() noexcept { std::exchange(waiting_, {}).clear(); }

 private:
  Loop& loop_;
  std::vector<Future<void>> waiting_;
};

}  // namespace eddy::testing::inner
