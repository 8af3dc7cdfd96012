// SPDX-License-Identifier: MIT
//
// The call of the kernel that a Watcher makes on the way to a file, in a table: tests replace it to
// see what happens when the way changes meanwhile. Private to io.
#pragma once

#include <cstdint>

namespace eddy::detail {

struct WatchCalls {
  int (*add_watch)(int inotify, const char* directory, std::uint32_t wanted);
};

/// The kernel's own.
extern const WatchCalls kernel_watch_calls;
/// Those in use. Constant-initialised; replaced by tests alone.
extern constinit const WatchCalls* watch_calls;

}  // namespace eddy::detail
