// SPDX-License-Identifier: MIT
//
// What a server sets right about its process before it starts.
#pragma once

#include <optional>

namespace eddy::detail {

/// Ignores SIGPIPE, and sets an ignored SIGCHLD back, else no child could be waited for. SIGHUP
/// stays as it was inherited: ignored under nohup.
void set_up_signals() noexcept;

/// Raises the soft limit of open files to the hard one; gives the old one if that changed it.
std::optional<unsigned long long> raise_file_limit() noexcept;

}  // namespace eddy::detail
