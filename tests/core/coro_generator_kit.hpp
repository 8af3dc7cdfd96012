// SPDX-License-Identifier: MIT
//
// Generators that tests of generators read. None is inline: see the end of coro.hpp.
#pragma once

#include <eddy/core/async_iterator.hpp>
#include <eddy/core/loop.hpp>

#include <string>

namespace eddy::testing {

using Ints = AsyncIterator<int>;

/// Gives the numbers from 1 on; notes its start and its end.
Ints count_to(int last, std::string& events);

/// Waits a second before each item; notes when its locals die.
Ints slowly(Loop& loop, std::string& events);

/// Cleans up in its own time when nobody wants more.
Ints with_clean_up(Loop& loop, std::string& events);

}  // namespace eddy::testing
