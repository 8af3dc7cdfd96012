// SPDX-License-Identifier: MIT
#include "core/coro_generator_kit.hpp"

#include <eddy/core/coro.hpp>

#include "core/probe.hpp"

namespace eddy::testing {

Ints count_to(int last, std::string& events) {
  events += "start ";
  for (int i = 1; i <= last; ++i)
    co_yield i;
  events += "end ";
}

Ints slowly(Loop& loop, std::string& events) {
  ProbeCount count;
  const Probe local(count, [&events] { events += "local "; });
  for (int i = 1;; ++i) {
    co_await loop.sleep(std::chrono::seconds(1));
    co_yield i;
  }
}

Ints with_clean_up(Loop& loop, std::string& events) {
  int item = 0;
  while (co_yield offer(++item))
    events += "wanted ";
  co_await loop.sleep(std::chrono::seconds(1));
  events += "cleaned ";
}

}  // namespace eddy::testing
