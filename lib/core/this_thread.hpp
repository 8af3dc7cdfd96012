// SPDX-License-Identifier: MIT
//
// The one loop of a thread.
//
// Private to core. Initial-exec: the variable is read on the path of ready_future().
#pragma once

#include <eddy/core/detail/loop_core.hpp>

namespace eddy::detail {

[[gnu::tls_model("initial-exec")]] extern constinit thread_local LoopCore* this_thread_loop_core;

}  // namespace eddy::detail
