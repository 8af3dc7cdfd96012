// SPDX-License-Identifier: MIT
//
// Generators that tests of generators read.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/coro.hpp>
#include <eddy/core/loop.hpp>

#include <string>

#include "core/probe.hpp"

namespace eddy::testing {

using Ints = AsyncIterator<int>;

inline Ints count_to(int last, std::string& events) {
  events += "start ";
  for (int i = 1; i <= last; ++i)
    co_yield i;
  events += "end ";
}

/// Waits a second before each item; notes when its locals die.
inline Ints slowly(Loop& loop, std::string& events) {
  ProbeCount count;
  const Probe local(count, [&events] { events += "local "; });
  for (int i = 1;; ++i) {
    co_await loop.sleep(std::chrono::seconds(1));
    co_yield i;
  }
}

/// Cleans up in its own time when nobody wants more.
inline Ints with_clean_up(Loop& loop, std::string& events) {
  int item = 0;
  while (co_yield offer(++item))
    events += "wanted ";
  co_await loop.sleep(std::chrono::seconds(1));
  events += "cleaned ";
}

}  // namespace eddy::testing
