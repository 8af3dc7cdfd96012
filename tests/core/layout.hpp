// SPDX-License-Identifier: MIT
//
// The sizes of what users hold, seen by translation units that are compiled differently.
#pragma once

#include <eddy/core/all.hpp>
#include <eddy/core/remote_promise.hpp>
#include <eddy/core/repeat.hpp>
#include <eddy/core/shared_future.hpp>
#include <eddy/core/signal_watcher.hpp>
#include <eddy/core/task_group.hpp>
#include <eddy/core/timer.hpp>
#include <eddy/core/wheel.hpp>

#include <array>
#include <cstddef>

namespace eddy::testing {

using Sizes = std::array<std::size_t, 14>;

inline constexpr auto measure = [] {
  return Sizes{sizeof(Loop),
               sizeof(Loop::Options),
               sizeof(Future<int>),
               sizeof(Promise<int>),
               sizeof(Task),
               sizeof(TaskGroup),
               sizeof(Timer),
               sizeof(Limit),
               sizeof(Poster),
               sizeof(SignalWatcher),
               sizeof(detail::Node),
               sizeof(detail::LoopCore),
               sizeof(RemotePromise<int>),
               sizeof(SharedFuture<int>)};
};

Sizes sizes_of_a_debug_build();
Sizes sizes_of_a_release_build();

}  // namespace eddy::testing
